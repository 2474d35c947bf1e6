using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>What undetermined findings say of the evidence that is not in the capture.</summary>
public sealed class MissingEvidenceTests
{
    private const long Second = 1_000_000_000;
    private const string Server = "10.0.0.1", OtherHost = "10.0.0.77";

    private static readonly AllowedMatrix s_named = MatrixOf(Allow("R1", 443, peers: ["shop.example.net"]), Allow("R2", 53, transports: [TransportNames.Udp]));

    private static IReadOnlyList<TimedFrame> Dns(string name, string address, ushort from, string client = Host, CapturedSides sides = CapturedSides.Both) =>
        new UdpExchange(client, from, Server, 53, Second / 2) { Captured = sides }.ClientSends([0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .ServerSends(DnsBytes.Response(name).Address(name, address).ToArray()).Frames;

    private static Finding Undetermined(IEnumerable<TimedFrame> frames, AllowedMatrix? matrix = null) =>
        Of(TimedFrame.Merge([frames]), matrix ?? s_named).Report.Findings.Single(f => f.Kind == FindingKind.Undetermined);

    private static string Text(Finding finding, string what) => finding.Missing.Single(m => m.What == what).Text;

    [Fact]
    public void Without_any_dns_traffic_of_the_host_it_says_so()
    {
        Finding alone = Undetermined(Traffic.Out(443));
        Assert.Equal($"no name for {Peer} in this capture: DNS traffic of {Host} was not captured", Text(alone, "dns-not-captured"));
        Assert.Contains($"capture port 53 of {Host}", alone.Suggestion, StringComparison.Ordinal);
        Assert.Contains("write the address into the row", alone.Suggestion, StringComparison.Ordinal);

        // Answers to others are counted, and are no traffic of this host.
        Finding others = Undetermined([.. Traffic.Out(443), .. Dns("a.example", "192.0.2.1", 4000, OtherHost)]);
        Assert.EndsWith($"DNS traffic of {Host} was not captured (1 answer to other hosts gave none either)", Text(others, "dns-not-captured"), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_that_do_not_have_the_address_are_counted()
    {
        Finding finding = Undetermined([.. Traffic.Out(443), .. Dns("a.example", "192.0.2.1", 4000), .. Dns("b.example", "192.0.2.2", 4001)]);
        Assert.Equal($"no name for {Peer} in this capture: {Host} asked for names (2 answers seen), none gave {Peer}", Text(finding, "name-not-in-answers"));
    }

    [Fact]
    public void Questions_without_answers_and_encrypted_dns_are_told_apart()
    {
        Finding asked = Undetermined([.. Traffic.Out(443), .. Dns("a.example", "192.0.2.1", 4000, sides: CapturedSides.ClientOnly)]);
        Assert.EndsWith($"{Host} asked for names (1 flow to port 53), and no answer was captured", Text(asked, "dns-answers-not-captured"), StringComparison.Ordinal);
        Assert.Contains($"what port 53 of {Server} sends", asked.Suggestion, StringComparison.Ordinal);

        AllowedMatrix withTls = MatrixOf(Allow("R1", 443, peers: ["shop.example.net"]), Allow("R2", 853));
        Finding hidden = Undetermined([.. Traffic.Out(443), .. Traffic.Out(853, peer: Server)], withTls);
        Assert.EndsWith($"{Host} asked for names over encrypted DNS only (1 flow to port 853), which shows none", Text(hidden, "dns-encrypted"), StringComparison.Ordinal);
        Assert.DoesNotContain("capture port 53", hidden.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_that_were_cut_are_counted_among_those_seen()
    {
        TimedFrame[] cut = [.. Dns("a.example", "192.0.2.1", 4000).Select(f => f.Cut(60))];
        Assert.Contains("(1 answer seen), none gave 192.0.2.7; 1 answer was cut by the snap length", Text(Undetermined([.. Traffic.Out(443), .. cut]), "name-not-in-answers"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_from_before_the_capture_cannot_show_a_server_name()
    {
        Finding finding = Undetermined([.. Traffic.Out(443), .. new TcpConversation(Host, 41000, "192.0.2.8", 443, 5 * Second).ClientSends("\x17\x03\x03\x00\x01a").ServerSends("\x17\x03\x03\x00\x01b").Frames]);
        MissingEvidence beginning = finding.Missing.Single(m => m.What == "beginning-not-captured");
        Assert.Equal((1L, "1 of 2 flows began before the capture: a server name in TLS or HTTP was not captured"), (beginning.Flows, beginning.Text));
        Assert.Contains("no name for 192.0.2.7 and 192.0.2.8 in this capture", Text(finding, "dns-not-captured"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CapturedSides.ClientOnly, "peer-side-not-captured", "no packet from 192.0.2.7 to 10.0.0.5 was captured (input 1 interface 0, VLAN 12)")]
    [InlineData(CapturedSides.ServerOnly, "protected-side-not-captured", "no packet from 10.0.0.5 to 192.0.2.7 was captured (input 1 interface 0, VLAN 12)")]
    public void The_side_that_is_missing_is_named_with_its_place(CapturedSides sides, string what, string text)
    {
        var session = new TcpConversation(Host, 4000, Peer, 389, Second, new LinkFraming { Vlan = 12 }) { Captured = sides };
        Finding finding = Undetermined(session.ClientSends("x").ServerSends("y").Frames, MatrixOf(Allow("R1", 389), Allow("R2", 4000)));
        Assert.Equal(Reason.DirectionUnknown, finding.Reason);
        Assert.Equal("the flow: " + text, Text(finding, what));
        Assert.Contains("VLAN 12", finding.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void What_keeps_an_application_from_being_known_is_told_apart()
    {
        AllowedMatrix ldap = MatrixOf(Allow("R1", 389) with { Application = "smtp" });
        IReadOnlyList<TimedFrame> Session(ushort from, string client, string server, bool handshake, string peer = Peer)
        {
            var session = new TcpConversation(Host, from, peer, 389, 5 * Second);
            return (handshake ? session.Handshake() : session).ClientSends(client).ServerSends(server).Frames;
        }

        TimedFrame[] cut = [.. Session(4000, new string('x', 200), new string('y', 200), true).Select(f => f.Cut(96))];
        Finding finding = Undetermined([.. cut, .. Session(4001, "xxxxxxxx", "yyyyyyyy", false), .. Session(4002, "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008", "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008", true)], ldap);
        Assert.Equal(Reason.ApplicationUnknown, finding.Reason);
        Assert.Equal([("beginning-not-captured", 1L), ("packets-cut", 1), ("application-unrecognized", 1)], finding.Missing.Select(m => (m.What, m.Flows!.Value)));
        Assert.Contains("capture whole packets", finding.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void What_began_before_the_capture_is_said_by_what_is_asked_of_it()
    {
        IReadOnlyList<TimedFrame> midstream = new TcpConversation(Host, 4001, Peer, 389, 5 * Second).ClientSends("xxxxxxxx").ServerSends("yyyyyyyy").Frames;
        Assert.StartsWith(
            "the flow began before the capture, and what was captured of it is of no protocol",
            Text(Undetermined(midstream, MatrixOf(Allow("R1", 389) with { Application = "smtp" })), "beginning-not-captured"), StringComparison.Ordinal);
        Assert.StartsWith(
            "the flow shows neither a handshake nor payload", Text(Undetermined(midstream, MatrixOf(Allow("R1", 389), Allow("R2", 4001))), "beginning-not-captured"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_syn_ack_that_only_a_reset_answered_is_called_what_it_is()
    {
        TimedFrame[] probe =
        [
            FrameBuilder.Ethernet().IPv4(Peer, Host).Tcp(389, 4001, TcpFlags.Syn | TcpFlags.Ack, 1, 1).At(Second), FrameBuilder.Ethernet().IPv4(Host, Peer).Tcp(4001, 389, TcpFlags.Rst, 1).At(Second + 1000),
        ];
        Assert.StartsWith("the flow shows a SYN-ACK that no SYN in this capture asked for", Text(Undetermined(probe, MatrixOf(Allow("R1", 389))), "syn-ack-unasked"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_tally_is_bounded_and_counts_what_it_does_not_keep()
    {
        var tally = new DnsTally(new ProtectedHosts([[System.Net.IPNetwork.Parse("10.0.0.0/8")]]), maxClients: 2);
        for (uint host = 1; host <= 5; host++)
        {
            tally.Answered(IpAddress.V4(0x0a000000 + host), host == 1);
            tally.Answered(IpAddress.V4(0x0a000001), false);
        }

        tally.Answered(IpAddress.V4(0xc0000201), false);
        Assert.Equal((3L, 1L), (tally.NotKept, tally.OtherAnswers));
        Assert.Equal((6L, 1L), (tally.Of(IpAddress.V4(0x0a000001)).Answers, tally.Of(IpAddress.V4(0x0a000001)).CutAnswers));
        Assert.Equal(0, tally.Of(IpAddress.V4(0x0a000005)).Answers);
    }

    [Fact]
    public void The_sentences_do_not_depend_on_how_the_input_is_cut()
    {
        TimedFrame[] frames = [.. TimedFrame.Merge(Traffic.Out(443), Dns("a.example", "192.0.2.1", 4000), Dns("a.example", "192.0.2.1", 4001, OtherHost), Traffic.Out(443, peer: "192.0.2.8"))];
        string[] whole = Sentences(int.MaxValue);
        Assert.NotEmpty(whole);
        foreach (int chunk in new[] { 1, 3, 7 }) Assert.Equal(whole, Sentences(chunk));

        string[] Sentences(int chunk) => [.. Of(frames, s_named, chunk: chunk).Report.Findings.SelectMany(f => f.Missing.Select(m => m.Text).Append(f.Suggestion ?? ""))];
    }
}
