using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// In which VLANs and tunnels the flows of a finding travelled: those seen first, a few. What is kept depends on frame numbers only, never on the
/// order in which flows come.
/// </summary>
internal sealed class CarrierSample
{
    private const int Kept = 5;

    private readonly List<(long Frame, ushort Vlan, TunnelPath Tunnel)> _carriers = new(0);

    /// <summary>Some flows were in no VLAN and no tunnel.</summary>
    private bool _some;

    /// <summary>There are more than are kept.</summary>
    private bool _more;

    public void Add(in FlowSummary flow)
    {
        if (flow.Vlan == 0 && flow.Tunnel.Depth == 0) _some = true;
        else Add((flow.FirstFrame, flow.Vlan, flow.Tunnel));
    }

    public void Add(CarrierSample other)
    {
        _some |= other._some;
        _more |= other._more;
        foreach (var carrier in other._carriers) Add(carrier);
    }

    /// <returns>Null when all flows were in no VLAN and no tunnel.</returns>
    public Carriers? ToCarriers() => _carriers.Count == 0 ? null : new([.. _carriers.Select(c => Text(c.Vlan, c.Tunnel))], _more, !_some);

    private void Add((long Frame, ushort Vlan, TunnelPath Tunnel) carrier)
    {
        int known = _carriers.FindIndex(c => c.Vlan == carrier.Vlan && c.Tunnel.Equals(carrier.Tunnel));
        if (known >= 0)
        {
            if (_carriers[known].Frame <= carrier.Frame) return;
            _carriers.RemoveAt(known);
        }
        else if (_carriers.Count == Kept)
        {
            _more = true;
            if (carrier.Frame > _carriers[^1].Frame) return;
            _carriers.RemoveAt(Kept - 1);
        }

        int at = _carriers.FindIndex(c => c.Frame > carrier.Frame);
        _carriers.Insert(at < 0 ? _carriers.Count : at, carrier);
    }

    private static string Text(ushort vlan, TunnelPath tunnel) =>
        vlan == 0 ? tunnel.ToString()! : tunnel.Depth == 0 ? $"VLAN {vlan}" : $"VLAN {vlan} / {tunnel}";
}
