using TrafficCheck.TestSupport.Frames.Layers;

namespace TrafficCheck.TestSupport.Frames;

// Transports, ICMP, and protocols by number.
public sealed partial class FrameBuilder
{
    /// <param name="options">Padded with zeros (end of list) to a multiple of four.</param>
    /// <param name="dataOffsetWords">Overrides the data offset; <paramref name="checksum"/> the checksum.</param>
    public FrameBuilder Tcp(
        ushort sourcePort, ushort destinationPort, TcpFlags flags = TcpFlags.Ack, uint seq = 0, uint ack = 0, byte[]? options = null,
        ushort window = 64240, ushort urgentPointer = 0, byte? dataOffsetWords = null, ushort? checksum = null) =>
        Add(new TcpLayer(sourcePort, destinationPort, flags)
        {
            Sequence = seq,
            Acknowledgement = ack,
            Options = options ?? [],
            Window = window,
            UrgentPointer = urgentPointer,
            DataOffsetWords = dataOffsetWords,
            Checksum = checksum,
        });

    public FrameBuilder Udp(ushort sourcePort, ushort destinationPort, ushort? length = null, ushort? checksum = null) =>
        Add(new UdpLayer(sourcePort, destinationPort, length, checksum));

    /// <param name="chunks">Chunks from <see cref="SctpChunk"/>, concatenated.</param>
    public FrameBuilder Sctp(ushort sourcePort, ushort destinationPort, byte[]? chunks = null, uint tag = 1, uint? checksum = null) =>
        Add(new SctpLayer(sourcePort, destinationPort, tag, checksum)).Payload(chunks ?? SctpChunk.Init(1));

    /// <param name="rest">The four bytes behind the checksum: identifier and sequence, pointer, MTU ...</param>
    public FrameBuilder Icmp(byte type, byte code = 0, uint rest = 0, ushort? checksum = null) =>
        Add(new IcmpLayer(false, type, code, rest, checksum));

    /// <inheritdoc cref="Icmp"/>
    public FrameBuilder Icmp6(byte type, byte code = 0, uint rest = 0, ushort? checksum = null) =>
        Add(new IcmpLayer(true, type, code, rest, checksum));

    /// <summary>Echo request or reply with 32 bytes of data.</summary>
    public FrameBuilder IcmpEcho(bool request, ushort id, ushort sequence) =>
        Icmp(request ? (byte)8 : (byte)0, 0, ((uint)id << 16) | sequence).Payload(EchoData);

    /// <inheritdoc cref="IcmpEcho"/>
    public FrameBuilder Icmp6Echo(bool request, ushort id, ushort sequence) =>
        Icmp6(request ? (byte)128 : (byte)129, 0, ((uint)id << 16) | sequence).Payload(EchoData);

    /// <summary>An ICMP error that quotes the header and the first eight bytes of <paramref name="quoted"/>, or more.</summary>
    /// <param name="quoted">From <see cref="BuildIpPacket"/>.</param>
    /// <param name="quotedLength">Bytes of it to quote; the default is header and eight bytes (RFC 792).</param>
    public FrameBuilder IcmpError(byte type, byte code, byte[] quoted, int? quotedLength = null, uint rest = 0) =>
        Icmp(type, code, rest).Payload(quoted.AsSpan(0, Math.Min(quoted.Length, quotedLength ?? ((quoted[0] & 0x0f) * 4) + 8)));

    /// <summary>An ICMPv6 error that quotes as much as fits into the minimum MTU (RFC 4443 section 2.4).</summary>
    /// <inheritdoc cref="IcmpError"/>
    public FrameBuilder Icmp6Error(byte type, byte code, byte[] quoted, int? quotedLength = null, uint rest = 0) =>
        Icmp6(type, code, rest).Payload(quoted.AsSpan(0, Math.Min(quoted.Length, quotedLength ?? 1232)));

    /// <summary>What any other IP protocol carries: ESP (50), GRE (47), OSPF (89), IGMP (2) ...</summary>
    public FrameBuilder Protocol(byte number, ReadOnlySpan<byte> bytes) => Add(new PayloadLayer(number, bytes.ToArray()));

    private static byte[] EchoData { get; } = [.. Enumerable.Range(0, 32).Select(i => (byte)('a' + (i % 23)))];
}
