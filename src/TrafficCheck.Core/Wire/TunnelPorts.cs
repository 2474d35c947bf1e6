using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Wire;

/// <summary>
/// The UDP ports at which tunnels are looked for. A port is only half of the proof: the header behind it must be one of the tunnel. Asked for
/// every UDP packet, so the first answer is one bit of 8 KB.
/// </summary>
public sealed unsafe class TunnelPorts : IDisposable
{
    private readonly ulong* _bits = (ulong*)NativeMemory.AllocZeroed(1024, sizeof(ulong));
    private readonly List<(ushort Port, TunnelKind Kind)> _kinds = [];

    /// <summary>The ports that IANA gives the tunnels, and 8472, which Linux used for VXLAN before it had one.</summary>
    public static IReadOnlyList<KeyValuePair<TunnelKind, ushort>> Standard { get; } =
    [
        new(TunnelKind.Vxlan, 4789), new(TunnelKind.Vxlan, 8472), new(TunnelKind.VxlanGpe, 4790), new(TunnelKind.Geneve, 6081), new(TunnelKind.GtpU, 2152),
        new(TunnelKind.Teredo, 3544), new(TunnelKind.L2tp, 1701), new(TunnelKind.MplsInUdp, 6635), new(TunnelKind.Lisp, 4341),
    ];

    public TunnelPorts(IEnumerable<KeyValuePair<TunnelKind, ushort>> ports)
    {
        foreach (var (kind, port) in ports)
        {
            _bits[port >> 6] |= 1UL << (port & 63);
            _kinds.Add((port, kind));
        }
    }

    ~TunnelPorts() => Free();

    /// <summary>Whether a tunnel may be spoken between these ports.</summary>
    public bool MayBe(ushort source, ushort destination) => Has(source) || Has(destination);

    /// <summary>The tunnel of the destination port, else of the source port.</summary>
    internal TunnelKind Of(ushort source, ushort destination)
    {
        TunnelKind found = TunnelKind.None;
        foreach (var (port, kind) in CollectionsMarshal.AsSpan(_kinds))
        {
            if (port == destination) return kind;
            if (port == source) found = kind;
        }

        return found;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private bool Has(ushort port) => (_bits[port >> 6] >> (port & 63) & 1) != 0;

    // SAFETY: freed once, by Dispose or by the finalizer, after which nobody holds this object.
    private void Free() => NativeMemory.Free(_bits);
}
