using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>A frame of each kind that the decoder looks into, and what it must find in it.</summary>
/// <param name="Protocol">Transport, extension headers skipped.</param>
/// <param name="Source">Source port, or ICMP type.</param>
/// <param name="Destination">Destination port, or ICMP code.</param>
internal sealed record CanonicalFrame(string Name, FrameBuilder Frame, DecodeStatus Status, byte Protocol, int Source, int Destination)
{
    public byte[] Bytes { get; } = Frame.Build();

    public LinkType LinkType => Frame.LinkType;

    public override string ToString() => Name;
}

internal static class CanonicalFrames
{
    private const byte Icmp = 1, Tcp = 6, Udp = 17, Gre = 47, Esp = 50, Icmpv6 = 58, Sctp = 132;

    private const string A4 = "10.0.0.1", B4 = "10.0.0.2", A6 = "2001:db8::1", B6 = "2001:db8::2";

    private static readonly byte[] s_data = [.. Enumerable.Range(1, 24).Select(i => (byte)i)];

    public static IReadOnlyList<CanonicalFrame> All { get; } = [.. Links(), .. Ipv4(), .. Ipv6(), .. Transports()];

    public static CanonicalFrame Named(string name) => All.Single(f => f.Name == name);

    private static FrameBuilder V4 => FrameBuilder.Ethernet().IPv4(A4, B4);

    private static FrameBuilder V6 => FrameBuilder.Ethernet().IPv6(A6, B6);

    private static IEnumerable<CanonicalFrame> Links()
    {
        (string, FrameBuilder)[] links =
        [
            ("ethernet", FrameBuilder.Ethernet()),
            ("vlan", FrameBuilder.Ethernet().Vlan(7)),
            ("priority tag", FrameBuilder.Ethernet().Vlan(0, priority: 5)),
            ("qinq", FrameBuilder.Ethernet().ServiceVlan(100).Vlan(7)),
            ("old qinq", FrameBuilder.Ethernet().Vlan(100, tpid: 0x9100).Vlan(7, tpid: 0x9200)),
            ("sll", FrameBuilder.Cooked1()),
            ("sll2", FrameBuilder.Cooked2()),
            ("raw", FrameBuilder.RawIp()),
            ("null", FrameBuilder.BsdNull()),
            ("null of a big-endian host", FrameBuilder.BsdNull(bigEndian: true)),
            ("loop", FrameBuilder.BsdLoop()),
        ];
        foreach (var (name, link) in links)
        {
            yield return Decoded(name + ", IPv4", link.IPv4(A4, B4).Tcp(1234, 25).Payload(s_data), Tcp);
            yield return Decoded(name + ", IPv6", link.IPv6(A6, B6).Udp(1234, 25).Payload(s_data), Udp);
        }

        yield return Decoded("sll over a tag", FrameBuilder.Cooked1().Vlan(9).IPv4(A4, B4).Tcp(1234, 25), Tcp);
        yield return Decoded("raw IPv4", FrameBuilder.RawIPv4().IPv4(A4, B4).Tcp(1234, 25), Tcp);
        yield return Decoded("raw IPv6", FrameBuilder.RawIPv6().IPv6(A6, B6).Tcp(1234, 25), Tcp);
        foreach (uint family in new uint[] { 24, 28, 30 })
            yield return Decoded($"null, family {family}", FrameBuilder.BsdNull(family: family).IPv6(A6, B6).Tcp(1234, 25), Tcp);
        yield return Decoded("snap", Snap(0, 0x0800, FrameBuilder.RawIPv4().IPv4(A4, B4).Tcp(1234, 25)), Tcp);
        yield return Decoded("bridge tunnel snap", Snap(0xf8, 0x86dd, FrameBuilder.RawIPv6().IPv6(A6, B6).Tcp(1234, 25)), Tcp);
        yield return Decoded("padded", FrameBuilder.Ethernet().IPv4(A4, B4).Udp(1234, 25).Payload("x").PadTo(), Udp);
    }

    private static IEnumerable<CanonicalFrame> Ipv4()
    {
        IReadOnlyList<FrameBuilder> fragments = V4.Udp(1234, 25).Payload(new byte[64]).Fragments(32, 77);
        yield return Decoded("IPv4 options", FrameBuilder.Ethernet().IPv4(A4, B4, options: [7, 7, 4, 0, 0, 0, 0]).Tcp(1234, 25).Payload(s_data), Tcp);
        yield return Decoded("IPv4 most options", FrameBuilder.Ethernet().IPv4(A4, B4, options: new byte[40]).Udp(1234, 25).Payload(s_data), Udp);
        yield return Decoded("IPv4 authentication", V4.Authentication().Tcp(1234, 25).Payload(s_data), Tcp);
        yield return Decoded("IPv4 first fragment", fragments[0], Udp);
        yield return new("IPv4 later fragment", fragments[1], DecodeStatus.LaterFragment, Udp, 0, 0);
        yield return new("IPv4 last fragment", fragments[2], DecodeStatus.LaterFragment, Udp, 0, 0);
    }

    private static IEnumerable<CanonicalFrame> Ipv6()
    {
        IReadOnlyList<FrameBuilder> fragments = V6.HopByHop().Udp(1234, 25).Payload(new byte[64]).Fragments(32, 78);
        yield return Decoded("hop by hop", V6.HopByHop().Tcp(1234, 25).Payload(s_data), Tcp);
        yield return Decoded("destination options", V6.DestinationOptions([1, 8, 0, 0, 0, 0, 0, 0, 0, 0]).Udp(1234, 25).Payload(s_data), Udp);
        yield return Decoded("routing", V6.Routing(4, 1, ["2001:db8::7", "2001:db8::8"]).Udp(1234, 25).Payload(s_data), Udp);
        yield return Decoded("IPv6 authentication", V6.Authentication().Tcp(1234, 25).Payload(s_data), Tcp);
        yield return Decoded("atomic fragment", V6.Fragment(0, false, 5).Udp(1234, 25).Payload(s_data), Udp);
        yield return Decoded(
            "extension chain",
            V6.HopByHop().DestinationOptions().Routing(0, 0, ["2001:db8::9"]).Authentication().DestinationOptions().Tcp(1234, 25).Payload(s_data),
            Tcp);
        yield return Decoded("IPv6 first fragment", fragments[0], Udp);
        yield return new("IPv6 later fragment", fragments[1], DecodeStatus.LaterFragment, Udp, 0, 0);
    }

    private static IEnumerable<CanonicalFrame> Transports()
    {
        yield return Decoded("TCP options", V4.Tcp(1234, 25, TcpFlags.Syn, options: TcpOptions.Syn), Tcp);
        yield return Decoded("TCP timestamps", V6.Tcp(1234, 25, options: TcpOptions.Timestamps(1, 2)).Payload(s_data), Tcp);
        yield return Decoded("empty UDP", V4.Udp(1234, 25), Udp);
        yield return Decoded("SCTP over IPv4", V4.Sctp(1234, 25), Sctp);
        yield return Decoded("SCTP over IPv6", V6.Sctp(1234, 25, SctpChunk.Data(s_data)), Sctp);
        yield return new("ping", V4.IcmpEcho(true, 1, 1), DecodeStatus.Decoded, Icmp, 8, 0);
        yield return new("ping over IPv6", V6.Icmp6Echo(true, 1, 1), DecodeStatus.Decoded, Icmpv6, 128, 0);
        yield return new("unreachable", V4.IcmpError(3, 3, V4.Udp(1234, 25).Payload(s_data).BuildIpPacket()), DecodeStatus.Decoded, Icmp, 3, 3);
        yield return new("unreachable over IPv6", V6.Icmp6Error(1, 4, V6.Udp(1234, 25).Payload(s_data).BuildIpPacket()), DecodeStatus.Decoded, Icmpv6, 1, 4);
        yield return new("ESP", V4.Protocol(Esp, s_data), DecodeStatus.Decoded, Esp, 0, 0);
        yield return new("GRE", V6.Protocol(Gre, s_data), DecodeStatus.Decoded, Gre, 0, 0);
    }

    private static CanonicalFrame Decoded(string name, FrameBuilder frame, byte protocol) => new(name, frame, DecodeStatus.Decoded, protocol, 1234, 25);

    private static FrameBuilder Snap(byte organisation, ushort type, FrameBuilder packet) =>
        FrameBuilder.Ethernet().LlcPayload([0xaa, 0xaa, 3, 0, 0, organisation, (byte)(type >> 8), (byte)type, .. packet.Build()]);
}
