namespace TrafficCheck.Core.Wire;

/// <summary>Things wrong with a packet that did not keep it from being decoded. A packet may have several.</summary>
[Flags]
public enum Oddities : ushort
{
    None = 0,

    /// <summary>IPv4 total length 0: segmentation offload; the captured length stands in for it.</summary>
    Ipv4TotalLengthZero = 1,

    /// <summary>IPv6 payload length 0 with data behind it and no jumbo option (offload): the captured length stands in for it.</summary>
    Ipv6PayloadLengthZero = 2,

    /// <summary>The TCP header was not captured as far as its flags.</summary>
    TcpFlagsMissing = 4,

    /// <summary>TCP data offset below 5, or beyond the packet.</summary>
    TcpDataOffsetInvalid = 8,

    /// <summary>UDP length below 8, or beyond the IP payload.</summary>
    UdpLengthInvalid = 16,

    /// <summary>The frame claims more captured bytes than it had on the link.</summary>
    CapturedBeyondWire = 32,

    /// <summary>Fewer bytes were captured than the IP packet has.</summary>
    PacketCut = 64,

    /// <summary>A tunnel's header was found, but no IP packet inside: the outer packet is the one that counts.</summary>
    TunnelWithoutIp = 128,

    /// <summary>A tunnel's header was found, but what is inside is damaged or cut: the outer packet is the one that counts.</summary>
    TunnelDamaged = 256,

    /// <summary>A frame that may carry several packets (802.11 A-MSDU): each of its parts is read.</summary>
    Aggregate = 512,

    /// <summary>Not all parts of an aggregate were read: one is cut, or there are more than <see cref="FrameDecoder.MaxParts"/>.</summary>
    AggregateReadInPart = 1024,
}

public static class OddityNames
{
    public static IReadOnlyList<KeyValuePair<Oddities, string>> All { get; } =
    [
        new(Oddities.Aggregate, "aggregate"),
        new(Oddities.AggregateReadInPart, "aggregate-read-in-part"),
        new(Oddities.CapturedBeyondWire, "captured-beyond-wire-length"),
        new(Oddities.Ipv4TotalLengthZero, "ipv4-total-length-zero"),
        new(Oddities.Ipv6PayloadLengthZero, "ipv6-payload-length-zero"),
        new(Oddities.PacketCut, "packet-cut"),
        new(Oddities.TcpDataOffsetInvalid, "tcp-data-offset-invalid"),
        new(Oddities.TcpFlagsMissing, "tcp-flags-missing"),
        new(Oddities.TunnelDamaged, "tunnel-payload-damaged"),
        new(Oddities.TunnelWithoutIp, "tunnel-without-ip"),
        new(Oddities.UdpLengthInvalid, "udp-length-invalid"),
    ];
}
