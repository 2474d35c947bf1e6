namespace TrafficCheck.Core.Wire;

/// <summary>
/// The packets of one frame, one after the other: one for nearly all frames, several for aggregates. For what is off the hot path, which
/// decodes frames by itself.
/// </summary>
public unsafe ref struct FrameParts
{
    private readonly byte* _end;
    private readonly byte* _frame;
    private readonly LinkType _linkType;
    private readonly TunnelPorts? _tunnels;
    private int _number;
    private ushort _rest;

    /// <param name="frame">First byte of the frame.</param>
    /// <param name="captured">Bytes that may be read there.</param>
    /// <param name="tunnels">Where UDP tunnels are looked for; null for outermost packets.</param>
    public FrameParts(byte* frame, int captured, LinkType linkType, TunnelPorts? tunnels)
    {
        _frame = frame;
        _end = frame + captured;
        _linkType = linkType;
        _tunnels = tunnels;
    }

    /// <summary>How decoding of the part ended.</summary>
    public DecodeStatus Status { get; private set; }

    /// <summary>The part's outermost packet, as <see cref="FrameDecoder"/> leaves it.</summary>
    public PacketSummary Outer { get; private set; }

    /// <summary>The part's packet that counts.</summary>
    public PacketSummary Packet { get; private set; }

    /// <returns>Whether there was a further part.</returns>
    public bool Next()
    {
        if (_number > 0 && (_rest == 0 || _number == FrameDecoder.MaxParts)) return false;
        PacketSummary packet = default;
        DecodeStatus status = _number++ == 0
            ? FrameDecoder.Decode(_frame, (int)(_end - _frame), _linkType, out packet)
            : FrameDecoder.DecodePart(_end - _rest, _end, ref packet);
        _rest = packet.Rest;
        Outer = packet;
        if (_tunnels is not null && status == DecodeStatus.Decoded && packet.Protocol != Ip.Tcp && TunnelDecoder.MayCarry(in packet, _tunnels))
            status = TunnelDecoder.Unwrap(status, ref packet, _tunnels);
        Status = status;
        Packet = packet;
        return true;
    }
}
