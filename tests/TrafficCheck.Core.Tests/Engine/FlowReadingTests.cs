using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Who initiated, how far that is known, and whether it worked: what the packets alone say, without help of a matrix.</summary>
public sealed class FlowReadingTests
{
    private const string C = "192.0.2.7", S = "10.0.0.5";
    private const long Second = 1_000_000_000, Hour = 3600 * Second;

    /// <summary>A flow of others, which makes the capture begin at 0.</summary>
    private static readonly IReadOnlyList<TimedFrame> s_begin = new UdpExchange("203.0.113.1", 1, "203.0.113.2", 1, 0).ClientSends("x").Frames;

    private static FlowRow Read(IEnumerable<TimedFrame> frames) =>
        EngineRun.Of(TimedFrame.Merge(s_begin, frames)).Rows.Single(r => r.Initiator.ToString() is C or S || r.Responder.ToString() is C or S);

    private static TcpConversation Tcp(long at, CapturedSides sides = CapturedSides.Both, ushort clientPort = 40000) =>
        new(C, clientPort, S, 25, at) { Captured = sides };

    private static UdpExchange Udp(long at) => new(C, 40000, S, 53, at);

    private static TimedFrame Error(string from, string to, byte code, TimedFrame quoted, long at) =>
        FrameBuilder.Ethernet().IPv4(from, to).IcmpError(3, code, quoted.Bytes[14..]).At(at);

    private static void AssertRead(FlowRow row, string initiator, EvidenceMethod method, Confidence confidence) =>
        Assert.Equal((initiator, method, confidence), (row.Initiator.ToString(), row.Evidence, row.Confidence));

    [Theory]
    [InlineData(20)]
    [InlineData(53)]
    [InlineData(443)]
    [InlineData(65000)]
    public void A_syn_proves_its_sender_whatever_its_port(int port)
    {
        AssertRead(Read(Tcp(5, clientPort: (ushort)port).Handshake().Frames), C, EvidenceMethod.Syn, Confidence.Proven);

        // Also when it comes late: files that were merged badly.
        TimedFrame[] late = [.. Tcp(5, clientPort: (ushort)port).Handshake().ServerSends("220").Frames];
        (late[0], late[1]) = (late[1] with { TimestampNs = late[0].TimestampNs }, late[0] with { TimestampNs = late[1].TimestampNs });
        AssertRead(Read(late), C, EvidenceMethod.Syn, Confidence.Proven);
    }

    [Fact]
    public void A_syn_ack_points_at_the_initiator_and_is_proven_by_an_answer_to_it()
    {
        TimedFrame[] all = [.. Tcp(5).Handshake().Frames];
        AssertRead(Read(all[1..]), C, EvidenceMethod.SynAck, Confidence.Proven);
        AssertRead(Read(all[1..2]), C, EvidenceMethod.SynAck, Confidence.Weak);
    }

    [Fact]
    public void Syn_acks_of_both_ends_contradict_each_other()
    {
        TimedFrame[] both =
        [
            FrameBuilder.Ethernet().IPv4(S, C).Tcp(25, 40000, TcpFlags.Syn | TcpFlags.Ack).At(5),
            FrameBuilder.Ethernet().IPv4(C, S).Tcp(40000, 25, TcpFlags.Syn | TcpFlags.Ack).At(6),
        ];
        FlowRow row = Read(both);
        Assert.Equal((EvidenceMethod.None, Confidence.Unknown), (row.Evidence, row.Confidence));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_syns_the_first_counts(bool clientFirst)
    {
        FrameBuilder client = FrameBuilder.Ethernet().IPv4(C, S).Tcp(40000, 25, TcpFlags.Syn), server = FrameBuilder.Ethernet().IPv4(S, C).Tcp(25, 40000, TcpFlags.Syn);
        TimedFrame[] frames = clientFirst ? [client.At(5), server.At(6)] : [server.At(5), client.At(6)];
        AssertRead(Read(frames), clientFirst ? C : S, EvidenceMethod.Syn, Confidence.Proven);
    }

    [Fact]
    public void The_first_packet_is_weak_near_the_beginning_and_likely_later()
    {
        AssertRead(Read(Tcp(Hour).ServerSends("220").Frames), S, EvidenceMethod.FirstSeen, Confidence.Weak);
        AssertRead(Read(Tcp(Hour + 1).ServerSends("220").Frames), S, EvidenceMethod.FirstPacket, Confidence.Likely);
        AssertRead(Read(Udp(180 * Second).ClientSends("q").Frames), C, EvidenceMethod.FirstSeen, Confidence.Weak);
        AssertRead(Read(Udp((180 * Second) + 1).ClientSends("q").Frames), C, EvidenceMethod.FirstPacket, Confidence.Likely);
    }

    [Fact]
    public void A_request_and_a_reply_prove_who_pinged()
    {
        TimedFrame request = FrameBuilder.Ethernet().IPv4(C, S).IcmpEcho(true, 1, 1).At(5), reply = FrameBuilder.Ethernet().IPv4(S, C).IcmpEcho(false, 1, 1).At(6);
        foreach (TimedFrame[] frames in new TimedFrame[][] { [request], [reply], [reply, request] }) AssertRead(Read(frames), C, EvidenceMethod.Application, Confidence.Proven);
    }

    [Theory]
    [InlineData("255.255.255.255")]
    [InlineData("224.0.1.9")]
    [InlineData("0.0.0.0")]
    public void Addresses_that_cannot_initiate_never_do(string address)
    {
        FlowRow row = EngineRun.Of([FrameBuilder.Ethernet().IPv4(address, C).Udp(9, 9).At(1)]).Row;
        Assert.Equal(C, row.Initiator.ToString());
    }

    public static TheoryData<string, Outcome> TcpOutcomes => new()
    {
        { "handshake", Outcome.Established },
        { "syn-ack without an end", Outcome.Established },
        { "midstream", Outcome.Established },
        { "reset after the handshake", Outcome.Established },
        { "refused", Outcome.Refused },
        { "unanswered", Outcome.NoAnswer },
        { "unreachable", Outcome.Unreachable },
        { "too big", Outcome.NoAnswer },
        { "client only", Outcome.OneWay },
        { "server only", Outcome.OneWay },
    };

    [Theory]
    [MemberData(nameof(TcpOutcomes))]
    public void Tcp_outcomes(string what, Outcome expected)
    {
        TimedFrame syn = Tcp(5).Syn().Frames[0];
        IEnumerable<TimedFrame> frames = what switch
        {
            "handshake" => Tcp(5).Handshake().Frames,
            "syn-ack without an end" => Tcp(5).Syn().SynAck().Frames,
            "midstream" => Tcp(5).ClientSends("a").ServerSends("b").Frames,
            "reset after the handshake" => Tcp(5).Handshake().Reset(false).Frames,
            "refused" => Tcp(5).Refused().Frames,
            "unanswered" => Tcp(5).Unanswered().Frames,
            "unreachable" => [syn, Error("192.0.2.1", C, 1, syn, 9)],
            "too big" => [syn, Error("192.0.2.1", C, 4, syn, 9)],
            "client only" => Tcp(5, CapturedSides.ClientOnly).Handshake().ClientSends("a").Frames,
            "server only" => Tcp(5, CapturedSides.ServerOnly).Handshake().ServerSends("a").Frames,
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        Assert.Equal(expected, Read(frames).Outcome);
    }

    [Fact]
    public void Udp_outcomes()
    {
        TimedFrame query = Udp(5).ClientSends("q").Frames[0];
        Assert.Equal(Outcome.Answered, Read(Udp(5).ClientSends("q").ServerSends("a").Frames).Outcome);
        Assert.Equal(Outcome.OneWay, Read([query]).Outcome);
        Assert.Equal(Outcome.Unreachable, Read([query, Error(S, C, 3, query, 9)]).Outcome);

        // It was answered before and after.
        Assert.Equal(Outcome.Answered, Read([query, Error(S, C, 3, query, 9), .. Udp(10).ServerSends("a").Frames]).Outcome);
    }

    [Fact]
    public void An_error_belongs_to_the_flow_that_it_quotes_and_is_a_flow_of_its_own_when_that_is_unknown()
    {
        TimedFrame query = Udp(5).ClientSends("q").Frames[0];
        EngineRun known = EngineRun.Of([query, Error(S, C, 3, query, 9)]);
        Assert.Single(known.Rows);
        Assert.Equal([KeyValuePair.Create("icmp-error-of-known-flow", 1L)], known.Report.Accounting.PacketsWithoutFlow);

        FlowRow unknown = EngineRun.Of([Error(S, C, 3, query, 9)]).Row;
        Assert.Equal((1, (ushort?)3), (unknown.Transport, unknown.ResponderPort));
    }

    /// <summary>Whether or not the sweep for idle flows came by: other flows, between the two, make it come.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2000)]
    public void An_error_about_a_flow_that_has_ended_is_counted_and_is_no_flow(int others)
    {
        TimedFrame query = Udp(1_000_000_000).ClientSends("q").Frames[0];
        IEnumerable<TimedFrame> between = Enumerable.Range(0, others)
            .SelectMany(i => new UdpExchange("203.0.113.1", (ushort)(1024 + i), "203.0.113.2", 9, 200_000_000_000L + (i * 1_000_000L)).ClientSends("x").Frames);
        EngineRun run = EngineRun.Of([query, .. between, Error(S, C, 3, query, 400_000_000_000L)]);
        Assert.Equal([KeyValuePair.Create("icmp-error-of-ended-flow", 1L)], run.Report.Accounting.PacketsWithoutFlow);
        Assert.Equal(1 + others, run.Rows.Count);
        Assert.DoesNotContain(run.Rows, r => r.Outcome == Outcome.Unreachable);
    }

    [Fact]
    public void Errors_of_both_families_find_their_flow_also_when_the_quoted_packet_is_a_ping()
    {
        FrameBuilder ping4 = FrameBuilder.Ethernet().IPv4(C, S).IcmpEcho(true, 1, 1), ping6 = FrameBuilder.Ethernet().IPv6("2001:db8::7", "2001:db8::5").Icmp6Echo(true, 1, 1);
        EngineRun run = EngineRun.Of(
        [
            ping4.At(1), FrameBuilder.Ethernet().IPv4("192.0.2.1", C).IcmpError(3, 1, ping4.BuildIpPacket()).At(2),
            ping6.At(3), FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::7").Icmp6Error(1, 0, ping6.BuildIpPacket()).At(4),
        ]);
        Assert.Equal([Outcome.Unreachable, Outcome.Unreachable], run.Rows.Select(r => r.Outcome));
    }
}
