using System.Globalization;

namespace TrafficCheck.Core.Wire;

/// <summary>The tunnels and labelled carriers around a packet: how many, the outermost and the innermost.</summary>
public record struct TunnelPath
{
    /// <summary>0 for none.</summary>
    public byte Depth;

    /// <summary>The same when there is one.</summary>
    public TunnelKind Outer, Inner;

    /// <summary>What tells tunnels of a kind apart (VNI, session, label, key, TEID); 0 for none.</summary>
    public uint OuterId, InnerId;

    /// <summary><c>vxlan 5001</c>, <c>erspan-2 100 / vxlan 5001</c>, with dots for what is between; null without a tunnel.</summary>
    public override readonly string? ToString() => Depth switch
    {
        0 => null,
        1 => Text(Outer, OuterId),
        2 => $"{Text(Outer, OuterId)} / {Text(Inner, InnerId)}",
        _ => $"{Text(Outer, OuterId)} / ... / {Text(Inner, InnerId)}",
    };

    /// <summary>Adds a tunnel inside those that are there.</summary>
    internal void Add(TunnelKind kind, uint id)
    {
        if (Depth == 0)
        {
            Outer = kind;
            OuterId = id;
        }

        Inner = kind;
        InnerId = id;
        if (Depth < byte.MaxValue) Depth++;
    }

    private static string Text(TunnelKind kind, uint id) =>
        id == 0 ? TunnelNames.Of(kind) : string.Create(CultureInfo.InvariantCulture, $"{TunnelNames.Of(kind)} {id}");
}
