using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>What is a copy that a mirror delivered, and what is not.</summary>
public sealed class CopyTests
{
    private const string A = "192.0.2.1", B = "198.51.100.2", A6 = "2001:db8::1", B6 = "2001:db8:2::2";
    private const long Ms = 1_000_000;

    private static FrameBuilder Tcp(byte ttl = 64, ushort id = 77, uint seq = 1000) => FrameBuilder.Ethernet().Ip(A, B, ttl, id).Tcp(40000, 25, TcpFlags.Ack | TcpFlags.Psh, seq, 1).Payload("hello");

    private static FrameBuilder Udp(ushort id, string payload = "the same words again") => FrameBuilder.Ethernet().Ip(A, B, 64, id).Udp(5000, 514).Payload(payload);

    private static FrameBuilder Dns(byte transaction) =>
        FrameBuilder.Ethernet().Ip(A, B).Udp(5353, 53).Payload([0, transaction, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1]);

    private static FrameBuilder Udp6(byte hops = 64) => FrameBuilder.Ethernet().Ip(A6, B6, hops).Udp(5000, 514).Payload("the same words again");

    public static TheoryData<string, TimedFrame[], int, string?> Cases()
    {
        FrameBuilder otherMac = FrameBuilder.Ethernet("02:00:00:00:00:09", "02:00:00:00:00:08").Ip(A, B, 64, 77).Tcp(40000, 25, TcpFlags.Ack | TcpFlags.Psh, 1000, 1).Payload("hello");
        FrameBuilder Tagged(ushort vlan) => FrameBuilder.Ethernet().Vlan(vlan).Ip(A, B, 64, 77).Tcp(40000, 25, TcpFlags.Ack | TcpFlags.Psh, 1000, 1).Payload("hello");
        FrameBuilder Segment6(byte hops = 64) => FrameBuilder.Ethernet().Ip(A6, B6, hops).Tcp(40000, 25, TcpFlags.Ack | TcpFlags.Psh, 1000, 1).Payload("hello");
        FrameBuilder KeepAlive(ushort id) => FrameBuilder.Ethernet().Ip(A, B, 64, id).Tcp(40000, 25, TcpFlags.Ack, 999, 1);
        FrameBuilder Rtp(byte sample) => FrameBuilder.Ethernet().Ip(A, B).Udp(16384, 16386).Payload([0x80, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, .. Enumerable.Repeat(sample, 160)]);
        TimedFrame WithBytes(FrameBuilder frame, long at, params (int At, byte Value)[] changes)
        {
            TimedFrame changed = frame.At(at);
            foreach (var (offset, value) in changes) changed.Bytes[offset] = value;
            return changed;
        }

        return new()
        {
            { "only the header's checksum and the service class differ", [Tcp().At(0), WithBytes(Tcp(), Ms, (15, 0xb8), (24, 0), (25, 0))], 1, "identical" },
            { "TTL, hardware addresses and VLAN all differ", [Tcp().At(0), FrameBuilder.Ethernet("02:00:00:00:00:09", "02:00:00:00:00:08").Vlan(20).Ip(A, B, 63, 77).Tcp(40000, 25, TcpFlags.Ack | TcpFlags.Psh, 1000, 1).Payload("hello").At(Ms)], 1, "routed" },
            { "copies stored in another order than their packets", [Tcp(seq: 1000, id: 77).At(0), Tcp(seq: 1005, id: 78).At(1), Tcp(63, 78, 1005).At(3), Tcp(63, 77, 1000).At(4)], 2, "routed" },
            { "keep-alives", [KeepAlive(5).At(0), KeepAlive(6).At(50 * Ms), KeepAlive(7).At(1000 * Ms)], 0, null },
            { "keep-alives without identification, a second apart", [KeepAlive(0).At(0), KeepAlive(0).At(1000 * Ms), KeepAlive(0).At(2000 * Ms)], 0, null },
            { "keep-alives with a counter that came around", [KeepAlive(5).At(0), KeepAlive(5).At(1000 * Ms)], 0, null },
            { "RTP with equal headers, other sound", [Rtp(1).At(0), Rtp(2).At(10)], 0, null },
            { "DNS tried again from the same port, other transaction", [Dns(1).At(0), Dns(2).At(10)], 0, null },
            { "IPv6 segment sent again within the window of a visible second point", [Segment6().At(0), Segment6().At(2 * Ms)], 0, null },
            { "IPv6 segment sent again after a timeout", [Segment6().At(0), Segment6().At(200 * Ms)], 0, null },
            { "IPv6 segment, ingress and egress", [Segment6().At(0), Segment6().At(20_000)], 1, "identical" },
            { "IPv6 segment, routed", [Segment6().At(0), Segment6(63).At(2 * Ms)], 1, "routed" },
            { "IPv6 segment, hop limit differs after the window", [Segment6().At(0), Segment6(63).At(6 * Ms)], 0, null },
            { "ingress and egress", [Tcp().At(0), Tcp().At(20_000)], 1, "identical" },
            { "before and after a router", [Tcp(64).At(0), Tcp(63).At(2 * Ms)], 1, "routed" },
            { "two VLANs", [Tagged(10).At(0), Tagged(20).At(Ms)], 1, "vlan" },
            { "other hardware addresses", [Tcp().At(0), otherMac.At(Ms)], 1, "hardware-address" },
            { "stored in another order", [Tcp(63).At(5 * Ms), Tcp(64).At(4 * Ms)], 1, "routed" },
            { "three times", [Tcp(64).At(0), Tcp(63).At(Ms), Tcp(62).At(2 * Ms)], 2, "routed" },
            { "across a firewall", [Tcp(64).At(0), Tcp(63).At(90 * Ms)], 1, "routed" },
            { "retransmission, other identification", [Tcp(id: 77).At(0), Tcp(id: 78).At(3 * Ms)], 0, null },
            { "retransmission after the window", [Tcp().At(0), Tcp().At(201 * Ms)], 0, null },
            { "another segment", [Tcp(seq: 1000).At(0), Tcp(seq: 1005).At(10)], 0, null },
            { "DNS tried again, other identification", [Udp(1).At(0), Udp(2).At(Ms)], 0, null },
            { "equal headers, other payload", [Udp(0, "sequence 1 of the stream, and much more of it").At(0), Udp(0, "sequence 2 of the stream, and much more of it").At(10)], 0, null },
            { "equal to the last byte but one", [Udp(5, new string('x', 500) + "1").At(0), Udp(5, new string('x', 500) + "2").At(10)], 0, null },
            { "no identification, repeated by the application", [Udp(0).At(0), Udp(0).At(20 * Ms)], 0, null },
            { "no identification, at once", [Udp(0).At(0), Udp(0).At(10_000)], 1, "identical" },
            { "IPv6, routed", [Udp6(64).At(0), Udp6(63).At(3 * Ms)], 1, "routed" },
            { "IPv6, repeated by the application", [Udp6().At(0), Udp6().At(3 * Ms)], 0, null },
            { "the other direction", [Udp(9).At(0), FrameBuilder.Ethernet().Ip(B, A, 64, 9).Udp(514, 5000).Payload("the same words again").At(10)], 0, null },
        };
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Copies_are_counted_once_and_nothing_else_is(string name, TimedFrame[] frames, int copies, string? kind)
    {
        EngineRun run = EngineRun.Of(frames);
        Assert.True(run.Report.Accounting.Duplicates == copies, $"{name}: {run.Report.Accounting.Duplicates} copies");
        Assert.Equal(frames.Length - copies, run.Report.Accounting.PacketsInFlows);
        Assert.Equal(kind is null ? [] : [kind], run.Report.Visibility.DuplicatesByKind.Select(k => k.Key));
        Assert.Empty(run.Report.Accounting.BrokenIdentities);

        EngineRun all = EngineRun.Of(frames, options: new EngineOptions { MaxFlows = 1000, KeepCopies = true });
        Assert.Equal((0L, frames.Length), (all.Report.Accounting.Duplicates, (int)all.Report.Accounting.PacketsInFlows));
        Assert.Null(all.Report.Visibility.Duplicates);
    }

    [Fact]
    public void Two_interfaces_of_one_mirror_give_one_packet_and_name_the_pair()
    {
        EngineRun run = EngineRun.Of([Tcp().At(0), Tcp().At(20_000)], interfaces: [0, 1]);
        Assert.Equal(1, run.Report.Accounting.Duplicates);
        Assert.Equal(["interface"], run.Report.Visibility.DuplicatesByKind.Select(k => k.Key));
        Assert.Equal(("eth0", "eth1", 1L), run.Report.Visibility.DuplicatePairs.Select(p => (p.First, p.Second, p.Count)).Single());
    }

    [Fact]
    public void A_mirror_of_both_sides_of_a_conversation_changes_no_count()
    {
        IReadOnlyList<TimedFrame> once = new TcpConversation(A, 40000, B, 25, 0).Handshake().ServerSends("220 hello").ClientSends("EHLO x").ClientCloses().Frames;
        EngineRun alone = EngineRun.Of(once), twice = EngineRun.Of(once.SelectMany(f => new[] { f, f with { TimestampNs = f.TimestampNs + 30_000 } }));
        Assert.Equal(once.Count, twice.Report.Accounting.Duplicates);
        Assert.Equal(alone.Row.InitiatorBytes, twice.Row.InitiatorBytes);
        Assert.Equal(alone.Row.ResponderPackets, twice.Row.ResponderPackets);
    }
}
