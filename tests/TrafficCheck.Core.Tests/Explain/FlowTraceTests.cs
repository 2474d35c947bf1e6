using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Engine;
using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;
using static TrafficCheck.Core.Tests.Explain.FlowTraceRun;

namespace TrafficCheck.Core.Tests.Explain;

/// <summary>What is told of a flow: its lives, the evidence with its frames, its packets, and what would change the verdict.</summary>
public sealed class FlowTraceTests
{
    private const long Second = 1_000_000_000;

    private static FlowLife Only(FlowExplanation explanation) => Assert.Single(explanation.Lives);

    private static EvidenceRung Rung(FlowLife life, EvidenceMethod method) => life.Ladder.Single(r => r.Method == method);

    private static TcpConversation Session(ushort hostPort = 40000, ushort peerPort = 443, long at = Second) => new(Host, hostPort, Peer, peerPort, at);

    [Fact]
    public void Rows_that_allow_either_reading_are_shown_with_the_reading_that_makes_them_answer()
    {
        IReadOnlyList<TimedFrame> frames = Session(25, 25).ClientSends("a").ServerSends("b").Frames;
        FlowLife life = Only(Traced(Target(TransportNames.Tcp, 25, 25), frames, MatrixOf(Allow("R1", 25, RowDirection.In), Allow("R2", 25))));
        VerdictCase verdict = Assert.Single(life.Verdicts);
        Assert.Equal(["R1", "R2"], verdict.Verdict.Rows.Select(r => r.Id));
        Assert.Equal(
            [(FlowDirection.Out, "R2"), (FlowDirection.In, "R1")],
            verdict.Readings.Select(r => (r.Direction, r.Rows.Single(row => row.Role == RowRole.Answers).Row.Id)));
        Assert.Equal(2, verdict.WouldChange.Count);
        Assert.EndsWith("then it is allowed by R2", verdict.WouldChange[0], StringComparison.Ordinal);
        Assert.EndsWith("then it is allowed by R1", verdict.WouldChange[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Each_rung_says_in_which_frame_it_was_seen()
    {
        IReadOnlyList<TimedFrame> frames = Session().Handshake().ClientSends("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n").ServerSends("HTTP/1.1 200 OK\r\n\r\n").ClientCloses().Frames;
        FlowLife life = Only(Traced(Target(Ip.Tcp, 40000, 443), frames, MatrixOf(Allow("R1", 443))));
        Assert.Equal((RungState.Seen, (long?)1, true), (Rung(life, EvidenceMethod.Syn).State, Rung(life, EvidenceMethod.Syn).Frame, Rung(life, EvidenceMethod.Syn).Decides));
        Assert.Equal((RungState.Seen, (long?)3), (Rung(life, EvidenceMethod.SynAck).State, Rung(life, EvidenceMethod.SynAck).Frame));
        Assert.Equal((RungState.Seen, (long?)4), (Rung(life, EvidenceMethod.Application).State, Rung(life, EvidenceMethod.Application).Frame));
        Assert.Equal((1L, 2L, 4L), (life.Initiator.Syn!.Value, life.Responder.SynAck!.Value, life.Initiator.Data!.Value));
        Assert.NotNull(life.Initiator.Fin);
        Assert.Null(life.Initiator.Rst);
        Assert.Equal(("http", 4L, $"{Host}:40000"), (life.Speech[0].Application, life.Speech[0].Frame, life.Speech[0].From));
        Assert.Equal(("a.example", 4L), (life.Flow.Names.Single().Names[0].Name, life.Flow.Names.Single().Names[0].Frame));
        Assert.Empty(life.Flips);
        Assert.All(life.Ladder, r => Assert.False(r.Contradicts));
        Assert.Equal("span0, untagged", life.Segment);
    }

    [Fact]
    public void Stronger_evidence_that_names_the_other_end_is_a_flip_and_a_contradiction()
    {
        // A late answer of the server is the first frame of the capture; the client's request comes later.
        IReadOnlyList<TimedFrame> frames = Session(at: Second).ServerSends("HTTP/1.1 200 OK\r\n\r\n").ClientSends("GET / HTTP/1.1\r\nHost: a\r\n\r\n").Frames;
        FlowLife life = Only(Traced(Target(Ip.Tcp, 40000, 443), frames));
        Assert.Equal((EvidenceMethod.Application, $"{Host}:40000"), (life.Flow.Evidence, life.Initiator.Socket));
        Assert.True(Rung(life, EvidenceMethod.FirstSeen).Contradicts);

        // The answer shows the client at once: no frame turned it round. A SYN that comes later does.
        Assert.Empty(life.Flips);
        TimedFrame[] turned = [.. new TcpConversation(Peer, 443, Host, 40000, Second).ClientSends("\x01\x02\x03\x04\x05\x06").Frames, .. Session(at: 3 * Second).Handshake().Frames];
        FlowLife after = Only(Traced(Target(Ip.Tcp, 40000, 443), turned));
        EvidenceFlip flip = Assert.Single(after.Flips);
        Assert.Equal((EvidenceMethod.FirstSeen, $"{Peer}:443", EvidenceMethod.Syn, $"{Host}:40000"), (flip.Before, flip.InitiatorBefore, flip.After, flip.InitiatorAfter));
        Assert.Equal(after.Initiator.Syn, flip.Frame);
    }

    [Fact]
    public void Two_SYN_ACKs_contradict_each_other_and_nothing_decides()
    {
        TimedFrame[] frames = [.. Session().SynAck().Frames, .. new TcpConversation(Peer, 443, Host, 40000, 2 * Second).SynAck().Frames];
        FlowLife life = Only(Traced(Target(Ip.Tcp, 40000, 443), frames));
        Assert.Equal(RungState.Contradictory, Rung(life, EvidenceMethod.SynAck).State);
        Assert.True(Rung(life, EvidenceMethod.None).Decides);
    }

    [Fact]
    public void Each_life_of_a_key_is_told_with_its_own_frames_in_any_batches()
    {
        UdpExchange Exchange(long at) => new UdpExchange(Host, 4000, Peer, 53, at).ClientSends("?").ServerSends("!");
        TimedFrame[] frames = [.. Exchange(Second).Frames, .. Exchange(1000 * Second).Frames, .. Exchange(2000 * Second).ClientSends("??").Frames];
        foreach (int chunk in new[] { int.MaxValue, 1, 3 })
        {
            FlowExplanation explanation = Traced(Target(Ip.Udp, 4000, 53), frames, MatrixOf(Allow("R1", 53, transports: [Ip.Udp])), chunk: chunk);
            Assert.Equal([(1L, 2L, 1L), (3, 4, 1), (5, 7, 2)], explanation.Lives.Select(l => (l.Flow.FirstFrame, l.LastFrame, l.Initiator.Packets)));
            Assert.Equal((3L, "allowed", 3L), (explanation.LifeCount, explanation.VerdictCounts.Single().Key, explanation.VerdictCounts.Single().Value));
        }
    }

    [Fact]
    public void Lives_beyond_the_first_are_counted()
    {
        TimedFrame[] frames = [.. Enumerable.Range(1, 30).SelectMany(i => new UdpExchange(Host, 4000, Peer, 53, i * 1000L * Second).ClientSends("?").Frames)];
        FlowExplanation explanation = Traced(Target(Ip.Udp, 4000, 53), frames, MatrixOf(Allow("R1", 53, transports: [Ip.Udp])));
        Assert.Equal((30L, 20, 30L), (explanation.LifeCount, explanation.Lives.Count, explanation.VerdictCounts.Sum(v => v.Value)));
        Assert.Equal((1L, 20L, 20L), (explanation.Lives[0].Flow.FirstFrame, explanation.Lives[^1].Flow.FirstFrame, explanation.Lives[^1].LastFrame));
    }

    [Fact]
    public void Vlans_in_the_key_make_lives_of_their_own()
    {
        var request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        IReadOnlyList<TimedFrame> frames = TimedFrame.Merge(
            new TcpConversation(Host, 40000, Peer, 80, Second, new LinkFraming { Vlan = 7 }).Handshake().ClientSends(request).Frames,
            new TcpConversation(Host, 40000, Peer, 80, Second + 500, new LinkFraming { Vlan = 9 }).Handshake().ClientSends("SSH-2.0-x\r\n").Frames);
        FlowExplanation apart = Traced(Target(Ip.Tcp, 40000, 80), frames, options: Options with { VlanInKey = true });
        Assert.Equal(["span0, VLAN 7", "span0, VLAN 9"], apart.Lives.Select(l => l.Segment));
        Assert.Equal(["http", "ssh"], apart.Lives.Select(l => l.Speech[0].Application));
        Assert.All(apart.Lives, l => Assert.Equal(l.Initiator.Packets, frames.Count / 2 - l.Responder.Packets));
    }

    [Fact]
    public void Copies_gaps_cuts_and_errors_are_told_with_their_frames()
    {
        TcpConversation session = Session().Handshake().ClientSends(new string('a', 100)).ClientSends(new string('b', 100)).ClientSends(new string('c', 100));
        List<TimedFrame> frames = [.. session.Frames];
        TimedFrame lost = frames.Where(f => f.Bytes.Length > 150).ElementAt(1);
        frames.Remove(lost);
        frames.Insert(1, frames[0] with { TimestampNs = frames[0].TimestampNs + 100 });
        int last = frames.FindLastIndex(f => f.Bytes.Length > 150);
        frames[last] = frames[last].Cut(60);
        byte[] quoted = FrameBuilder.Ethernet().IPv4(Host, Peer).Tcp(40000, 443).BuildIpPacket();
        frames.Add(FrameBuilder.Ethernet().IPv4("10.9.9.9", Host).IcmpError(3, 1, quoted).At(frames[^1].TimestampNs + 1));
        FlowLife life = Only(Traced(Target(Ip.Tcp, 40000, 443), frames));
        Assert.Equal((1L, (long?)2), (life.Copies, life.FirstCopy));
        Assert.Equal((100L, 100u), (life.MissingBytes, life.Initiator.GapBytes));
        Assert.NotNull(life.Initiator.Gap);
        Assert.Equal((1L, (long?)frames.Count), (life.IcmpErrors, life.FirstIcmpError));
        Assert.Contains("unreachable, code 1", life.IcmpErrorText, StringComparison.Ordinal);
        Assert.NotNull(life.FirstCut);
        Assert.Contains(life.Flow.Notes, n => n.Contains("cut by the snap length", StringComparison.Ordinal));
    }

    [Fact]
    public void Icmp_is_found_by_its_type_and_protocols_without_ports_by_their_hosts()
    {
        FrameBuilder ping = FrameBuilder.Ethernet().IPv4(Host, Peer).IcmpEcho(true, 1, 1), pong = FrameBuilder.Ethernet().IPv4(Peer, Host).IcmpEcho(false, 1, 1);
        TimedFrame[] frames = [ping.At(Second), pong.At(2 * Second), FrameBuilder.Ethernet().IPv4(Host, Peer, protocol: 50).Payload(new byte[32]).At(3 * Second)];
        FlowTarget hosts = Target(Ip.Icmp, 0, 0) with { FirstPort = null, SecondPort = null };
        FlowLife echo = Only(Traced(hosts with { IcmpType = 0 }, frames));
        Assert.Equal(((long?)1, (long?)2), (echo.Initiator.Request, echo.Responder.Reply));
        Assert.Equal(1L, Rung(echo, EvidenceMethod.Application).Frame);
        Assert.Empty(Traced(hosts with { IcmpType = 13 }, frames).Lives);
        Assert.Equal(50, Only(Traced(hosts with { Protocol = 50 }, frames)).Flow.Transport);
    }

    [Theory]
    [InlineData("peer", 443, "row R1 naming 192.0.2.7")]
    [InlineData("direction", 25, "row R2 reading In/Out, or Out")]
    [InlineData("transport", 53, "row R3 naming tcp, too")]
    [InlineData("port", 9999, "a row of its own: | 9999 | TCP | Out | ... |")]
    [InlineData("application", 389, "row R4 asking for http, or for no application")]
    public void What_would_change_it_is_said_for_each_reason(string reason, ushort port, string change)
    {
        AllowedMatrix matrix = MatrixOf(
            Allow("R1", 443, peers: ["192.0.2.1"]), Allow("R2", 25, RowDirection.In), Allow("R3", 53, transports: [Ip.Udp]), Allow("R4", 389) with { Application = "ldap" });
        IReadOnlyList<TimedFrame> frames = Session(peerPort: port).Handshake().ClientSends("GET / HTTP/1.1\r\nHost: a\r\n\r\n").ServerSends("HTTP/1.1 200 OK\r\n\r\n").Frames;
        VerdictCase verdict = Only(Traced(Target(Ip.Tcp, 40000, port), frames, matrix)).Verdicts.Single();
        Assert.Equal((Verdict.Unexpected, reason), (verdict.Verdict.Verdict, verdict.Verdict.Reason.Word()));
        Assert.Contains(change, verdict.WouldChange);
    }

    [Fact]
    public void A_missing_name_is_said_as_the_finding_says_it()
    {
        AllowedMatrix matrix = MatrixOf(Allow("R1", 443, peers: ["shop.example.net"]));
        IReadOnlyList<TimedFrame> frames = Session().Handshake().Frames;
        VerdictCase verdict = Only(Traced(Target(Ip.Tcp, 40000, 443), frames, matrix)).Verdicts.Single();
        Finding finding = Of(frames, matrix).Report.Findings.Single(f => f.Kind == FindingKind.Undetermined);
        Assert.Equal(finding.Missing, verdict.Missing);
        Assert.Equal(finding.Suggestion, verdict.Settle);
        Assert.Equal("a name for 192.0.2.7: shop.example.net (R1) would allow it; any other name would make it unexpected", verdict.WouldChange[0]);
        Assert.Equal((RowRole.Might, RowFit.CannotTell), (verdict.Readings[0].Rows[0].Role, verdict.Readings[0].Rows[0].Peer));
    }

    [Fact]
    public void A_name_by_dns_is_told_with_its_chain_and_a_shared_address_is_marked()
    {
        DnsBytes answer = DnsBytes.Response("www.example.net").Alias("www.example.net", "edge.cdn.example").Address("edge.cdn.example", Peer);
        TimedFrame[] frames =
        [
            .. new UdpExchange(Host, 5353, "10.0.0.1", 53, Second / 2).ServerSends(answer.ToArray()).Frames,
            .. new UdpExchange(Host, 5354, "10.0.0.1", 53, Second / 2).ServerSends(DnsBytes.Response("b.example").Address("b.example", Peer).ToArray()).Frames,
            .. Session().Handshake().Frames,
        ];
        NamesOfEnd names = Only(Traced(Target(Ip.Tcp, 40000, 443), frames, MatrixOf(Allow("R1", 443)))).Flow.Names.Single();
        Assert.True(names.IsShared);
        Assert.Equal(["www.example.net", "edge.cdn.example", "b.example"], names.Names.Select(n => n.Name));
        Assert.Equal([new("www.example.net", 1), new("edge.cdn.example", 1)], names.Names[0].Chain);
        Assert.All(names.Names, n => Assert.True(n.IsShared));
    }

    [Fact]
    public void Rows_are_bounded_and_the_rest_is_counted()
    {
        AllowedMatrix matrix = MatrixOf([.. Enumerable.Range(1, 500).Select(i => Allow($"R{i}", i <= 100 ? (ushort)443 : (ushort)i, peers: i <= 100 ? [$"192.0.3.{i}"] : null))]);
        RowReading reading = Only(Traced(Target(Ip.Tcp, 40000, 443), Session().Handshake().Frames, matrix)).Verdicts.Single().Readings.Single();
        Assert.InRange(reading.Rows.Count, 1, 20);
        Assert.Equal(500, reading.Rows.Count + reading.More.Sum(m => m.Value));
    }

    [Fact]
    public void The_search_lists_what_comes_near()
    {
        var interfaces = new CaptureInterfaces();
        interfaces.Add(new CaptureInterface(0, 0, null, LinkType.Ethernet, 0));
        using var search = new FlowSearch(Target(Ip.Tcp, 1, 443), interfaces, Options);
        TimedFrame[] frames = [.. Enumerable.Range(0, 9).SelectMany(i => Session((ushort)(40000 + i), at: Second + i).Syn().Frames), .. Traffic.Out(443, peer: "192.0.2.99")];
        using FrameBatch batch = FrameBatches.Of(frames);
        search.Process(batch, 0, frames.Length, 1);
        FoundFlow found = search.Finish([]);
        Assert.Equal((0L, 9L, 5, 0L, 10L, 9L), (found.Lives, found.SameHosts.Flows, found.SameHosts.Sample.Count, found.SameSocket.Flows, found.FirstHost, found.SecondHost));
        Assert.Equal("10.0.0.5:40000-192.0.2.7:443/tcp", found.SameHosts.Sample[0]);
    }
}
