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

    private static FrameBuilder Udp6(byte hops = 64) => FrameBuilder.Ethernet().Ip(A6, B6, hops).Udp(5000, 514).Payload("the same words again");

    public static TheoryData<string, TimedFrame[], int, string?> Cases()
    {
        FrameBuilder otherMac = FrameBuilder.Ethernet("02:00:00:00:00:09", "02:00:00:00:00:08").Ip(A, B, 64, 77).Tcp(40000, 25, TcpFlags.Ack | TcpFlags.Psh, 1000, 1).Payload("hello");
        FrameBuilder Tagged(ushort vlan) => FrameBuilder.Ethernet().Vlan(vlan).Ip(A, B, 64, 77).Tcp(40000, 25, TcpFlags.Ack | TcpFlags.Psh, 1000, 1).Payload("hello");
        return new()
        {
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
    public void A_mirror_of_both_sides_of_a_conversation_changes_no_count()
    {
        IReadOnlyList<TimedFrame> once = new TcpConversation(A, 40000, B, 25, 0).Handshake().ServerSends("220 hello").ClientSends("EHLO x").ClientCloses().Frames;
        EngineRun alone = EngineRun.Of(once), twice = EngineRun.Of(once.SelectMany(f => new[] { f, f with { TimestampNs = f.TimestampNs + 30_000 } }));
        Assert.Equal(once.Count, twice.Report.Accounting.Duplicates);
        Assert.Equal(alone.Row.InitiatorBytes, twice.Row.InitiatorBytes);
        Assert.Equal(alone.Row.ResponderPackets, twice.Row.ResponderPackets);
    }
}
