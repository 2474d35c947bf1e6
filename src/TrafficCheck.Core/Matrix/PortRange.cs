namespace TrafficCheck.Core.Matrix;

/// <summary>An inclusive range of ports (or ICMP types).</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    public static PortRange Any { get; } = new(0, ushort.MaxValue);

    public bool IsSingle => First == Last;

    public bool IsAny => First == 0 && Last == ushort.MaxValue;

    public bool Contains(int port) => port >= First && port <= Last;

    public override string ToString() => IsAny ? "any" : IsSingle ? $"{First}" : $"{First}-{Last}";
}
