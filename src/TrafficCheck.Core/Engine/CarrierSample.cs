using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>In which VLANs and tunnels the flows of a finding travelled: those seen first, a few.</summary>
internal sealed class CarrierSample
{
    private const int Kept = 5;

    private EarliestSample<(ushort Vlan, TunnelPath Tunnel), bool> _carriers = new(Kept);

    /// <summary>Some flows were in no VLAN and no tunnel.</summary>
    private bool _some;

    public void Add(long firstNs, long frame, ushort vlan, in TunnelPath tunnel)
    {
        if (vlan == 0 && tunnel.Depth == 0) _some = true;
        else _carriers.Add(firstNs, frame, (vlan, tunnel), true);
    }

    public void Add(CarrierSample other)
    {
        _some |= other._some;
        _carriers.Add(other._carriers);
    }

    public CarrierSample Fork()
    {
        var fork = (CarrierSample)MemberwiseClone();
        fork._carriers = _carriers.Fork();
        return fork;
    }

    /// <returns>Null when all flows were in no VLAN and no tunnel.</returns>
    public Carriers? ToCarriers() =>
        _carriers.Items.Count == 0 ? null : new([.. _carriers.Items.Select(c => Text(c.Key.Vlan, c.Key.Tunnel))], _carriers.HasMore, !_some);

    private static string Text(ushort vlan, TunnelPath tunnel) =>
        vlan == 0 ? tunnel.ToString()! : tunnel.Depth == 0 ? $"VLAN {vlan}" : $"VLAN {vlan} / {tunnel}";
}
