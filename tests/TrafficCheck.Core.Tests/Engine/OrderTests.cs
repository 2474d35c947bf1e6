using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition;
using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>
/// Captures of everything that depends on what came before (handshakes, messages over segments, names, announcements, fragments, errors, copies),
/// stored out of order within the window: the report and the flows are those of the capture in order.
/// </summary>
public sealed class OrderTests
{
    private const long Ms = 1_000_000, Second = 1000 * Ms, Noon = 1_772_452_800 * Second;

    private static readonly AllowedMatrix s_matrix = MatrixOf(
        Allow("R1", 25, RowDirection.In), Allow("R2", 21, RowDirection.InOut), Allow("R3", 53, RowDirection.Out, transports: [17, 6]), Allow("R4", 443, peers: ["*.example.net"]),
        Allow("R5", 514, RowDirection.Out, transports: [17]), Allow("R6", 80, peers: ["www.example.net"]), Allow("R7", 8, RowDirection.InOut, transports: [1]),
        Allow("R8", 8443) with { Application = "TLS" }, Allow("R9", 22, RowDirection.In));

    [Fact]
    public void Frames_out_of_order_within_the_window_change_nothing()
    {
        foreach (int seed in Enumerable.Range(1, 100).Concat([1168010969, 150439327, 20561549, 2030360494]))
        {
            TimedFrame[] ordered = Capture(seed);
            string expected = Outcome(ordered, [.. Enumerable.Range(1, ordered.Length)]);
            var random = new Random(seed);
            int[] stored = [.. Enumerable.Range(0, ordered.Length).OrderBy(i => ordered[i].TimestampNs + random.NextInt64(PacketTime.ReorderWindowNs))];
            string found = Outcome([.. stored.Select(i => ordered[i])], [.. stored.Select(i => i + 1)]);
            Assert.True(expected == found, $"seed {seed}: {Difference(expected, found)}");
        }
    }

    /// <summary>That evidence does not depend on the order of storage would not be enough: what is read of payloads, names and announcements does.</summary>
    [Fact]
    public void Without_repairs_the_same_captures_are_judged_otherwise()
    {
        int different = 0;
        for (int seed = 1; seed <= 10; seed++)
        {
            TimedFrame[] ordered = Capture(seed);
            var random = new Random(seed);
            int[] stored = [.. Enumerable.Range(0, ordered.Length).OrderBy(i => ordered[i].TimestampNs + random.NextInt64(PacketTime.ReorderWindowNs))];
            string expected = Outcome(ordered, [.. Enumerable.Range(1, ordered.Length)], mayRepair: false);
            if (expected != Outcome([.. stored.Select(i => ordered[i])], [.. stored.Select(i => i + 1)], mayRepair: false)) different++;
        }

        Assert.True(different > 5, $"{different} of 10");
    }

    [Fact]
    public void Frames_that_are_too_late_are_counted_and_still_go_to_their_flows()
    {
        TimedFrame[] frames = [.. new TcpConversation("192.0.2.1", 40000, Host, 25, Noon).Handshake().ServerSends("220 ready").Wait(TimeSpan.FromSeconds(1)).ClientSends("EHLO x").ClientCloses().Frames];
        TimedFrame syn = frames[0];
        var (report, rows) = Run([.. frames[1..], syn], mayRepair: true, out bool repaired);
        Assert.False(repaired);
        Assert.Equal((1L, 1L, 0L), (report.Visibility.OutOfOrder, report.Visibility.Late, report.Visibility.Reordered));
        FlowRow row = Assert.Single(rows);
        Assert.Equal((frames.Length, EvidenceMethod.Syn, Noon), ((int)(row.InitiatorPackets + row.ResponderPackets), row.Evidence, row.FirstNs));
    }

    [Fact]
    public void What_was_repaired_is_counted_and_frames_keep_their_numbers()
    {
        TimedFrame[] frames = [.. new TcpConversation("192.0.2.1", 40000, Host, 9999, Noon).Handshake().ServerSends("220 ready").Frames];
        (frames[0], frames[1]) = (frames[1], frames[0]);
        var (report, _) = Run(frames, mayRepair: true, out bool repaired);
        Assert.True(repaired);
        Assert.Equal((1L, 1L, 0L), (report.Visibility.OutOfOrder, report.Visibility.Reordered, report.Visibility.Late));
        Assert.Equal([2L], Assert.Single(report.Findings).Frames); // the SYN, as it was stored
    }

    private static string Difference(string expected, string found)
    {
        string[] left = expected.Split('\n'), right = found.Split('\n');
        int line = 0;
        while (line < left.Length && line < right.Length && left[line] == right[line]) line++;
        return string.Join('\n', left.Skip(line - 20).Take(40)) + "\n----\n" + string.Join('\n', right.Skip(line).Take(6));
    }

    /// <summary>Everything but the counts of disorder, with frame numbers of the capture in order.</summary>
    private static string Outcome(TimedFrame[] frames, int[] numbers, bool mayRepair = true)
    {
        var (report, rows) = Run(frames, mayRepair, out _);
        report = report with { Visibility = report.Visibility with { OutOfOrder = 0, Late = 0, Reordered = 0 } };
        JsonNode document = JsonSerializer.SerializeToNode(new { report.Summary, report.Accounting, report.Visibility, report.Findings, report.Coverage, report.Related, Flows = rows }, s_json)!;
        Renumber(document, numbers);
        return document.ToJsonString(s_json);
    }

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Converters = { new AddressText(), new NetworkText() } };

    private static void Renumber(JsonNode? node, int[] numbers)
    {
        if (node is JsonArray array)
        {
            foreach (JsonNode? item in array) Renumber(item, numbers);
            return;
        }

        if (node is not JsonObject values) return;
        foreach (var (name, value) in values.ToList())
        {
            if (name is "Frame" or "PeerNameFrame" or "AnnouncedFrame" && value is JsonValue one) values[name] = numbers[one.GetValue<long>() - 1];
            else if (name == "Frames" && value is JsonArray list) values[name] = new JsonArray([.. list.Select(n => numbers[n!.GetValue<long>() - 1]).Order().Select(n => JsonValue.Create(n))]);
            else Renumber(value, numbers);
        }
    }

    /// <summary>As the program does it: first without repairs, and again with them when they are needed.</summary>
    private static (CheckReport Report, List<FlowRow> Rows) Run(TimedFrame[] stored, bool mayRepair, out bool repaired)
    {
        using var folder = new TemporaryFolder();
        var file = new PcapFileBuilder(nanoseconds: true);
        foreach (TimedFrame frame in stored) file.Add(frame.TimestampNs, frame.Bytes);
        string path = folder.Write("a.pcap", file.ToArray());
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = [[Network(Host), Network("2001:db8::5")]];
        for (repaired = false; ; repaired = true)
        {
            using var frames = new OrderedCapture(new CaptureSet([new CaptureInput(path)]), repaired);
            var interfaces = new CaptureInterfaces();
            interfaces.Add(new CaptureInterface(0, 0, null, LinkType.Ethernet, 0));
            using var engine = new CheckEngine(s_matrix, hosts, interfaces, new EngineOptions { MaxFlows = 10_000, Seed = HashSeed.Fixed }, keepRows: true);
            while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long first)) engine.Process(batch, start, count, first);
            if (mayRepair && engine.SawDisorder && !frames.Repairs) continue;
            engine.Order = (frames.Reordered, frames.NotHeld);
            var summary = new InputSummary { Path = "x", Format = "pcap", LinkTypes = [LinkType.Ethernet], Frames = stored.Length, Bytes = 0, Problems = [] };
            CheckReport report = engine.Finish([summary], [], new ExitRules());
            var rows = new List<FlowRow>();
            engine.WriteRows(rows.Add);
            Assert.Empty(report.Accounting.BrokenIdentities);
            return (report, rows);
        }
    }

    /// <summary>Some forty conversations in two seconds, each frame at a time of its own.</summary>
    private static TimedFrame[] Capture(int seed)
    {
        var random = new Random(seed);
        var frames = new List<TimedFrame>();
        ushort port = 40000;
        for (int i = 0; i < 40; i++)
        {
            long at = Noon + random.NextInt64(2 * Second);
            string peer = $"192.0.2.{random.Next(1, 20)}";
            IReadOnlyList<TimedFrame> one = Conversation(random, at, peer, ++port);
            frames.AddRange(one);
            if (random.Next(4) > 0) continue;

            // The mirror delivers some twice: at once, or from behind a router.
            bool routed = random.Next(2) == 0;
            frames.AddRange(one.Where(_ => random.Next(3) > 0).Select(f => Copy(f, f.TimestampNs + (routed ? 20 * Ms : 20_000) + random.Next(1000), routed)));
        }

        long last = 0;
        TimedFrame[] ordered = [.. frames.OrderBy(f => f.TimestampNs)];
        for (int i = 0; i < ordered.Length; i++) ordered[i] = ordered[i] with { TimestampNs = last = Math.Max(ordered[i].TimestampNs, last + 1) };
        return ordered;
    }

    private static IReadOnlyList<TimedFrame> Conversation(Random random, long at, string peer, ushort port)
    {
        byte[] hello = ClientHello.Records(ClientHello.Message(random.Next(2) == 0 ? "www.example.net" : "shop.example"), 80);
        var dns = new UdpExchange(Host, port, "192.0.2.53", 53, at);
        TcpConversation Tcp(ushort to, bool inbound = false, int segment = 1400) =>
            new(inbound ? peer : Host, port, inbound ? Host : peer, to, at) { SegmentSize = segment, StepNs = random.Next(1, 30) * Ms };
        switch (random.Next(15))
        {
            case 0: return Tcp(25, inbound: true).Handshake().ServerSends("220 mail.example.net ESMTP\r\n").ClientSends("EHLO x\r\n").ClientCloses().Frames;
            case 1: return Tcp(443, segment: 50).Handshake().ClientSends(hello).ServerSends(ClientHello.Records(ClientHello.ServerMessage())).ClientCloses().Frames;
            case 2: return Tcp(8443, segment: 50).Handshake().ClientSends(hello).Reset(true).Frames;
            case 3: return Tcp(80, segment: 30).Handshake().ClientSends("GET / HTTP/1.1\r\nHost: www.example.net\r\nAccept: */*\r\n\r\n").ServerSends("HTTP/1.1 200 OK\r\n\r\n").Frames;
            case 4: return Tcp(22, inbound: true).ClientSends("mid").ServerSends("stream").Frames; // begun before the capture
            case 5: return Tcp(9000, inbound: true).Refused().Frames;
            case 6: return Tcp(9001).Syn().Wait(TimeSpan.FromMilliseconds(200)).Syn().Frames;
            case 7:
                {
                    // A name, and a connection to what it means right behind the answer.
                    dns.ClientSends(new DnsBytes(0x0100).Question("www.example.net", DnsBytes.A).ToArray()).ServerSends(DnsBytes.Response("www.example.net").Address("www.example.net", peer).ToArray());
                    return [.. dns.Frames, .. new TcpConversation(Host, port, peer, 443, dns.NowNs + Ms).Handshake().ClientSends("\x16\x03").Frames];
                }

            case 8:
                {
                    FrameBuilder query = FrameBuilder.Ethernet().Ip(Host, peer, 64, (ushort)random.Next(1, 65535)).Udp(port, 514).Payload("log");
                    return [query.At(at), FrameBuilder.Ethernet().Ip(peer, Host).IcmpError(3, 3, query.BuildIpPacket()).At(at + (random.Next(1, 80) * Ms))];
                }

            case 9: return [.. FrameBuilder.Ethernet().Ip(Host, peer).Udp(port, 514).Payload(new byte[3000]).Fragments(1200, (ushort)random.Next(1, 65535)).Select((f, i) => f.At(at + (i * 30 * Ms)))];
            case 10:
                {
                    TcpConversation control = Tcp(21).Handshake().ServerSends("220 FTP\r\n").ClientSends("USER a\r\n").ServerSends("230 ok\r\n").ClientSends("PASV\r\n")
                        .ServerSends($"227 ok ({peer.Replace('.', ',')},200,{port & 0xff})\r\n");
                    TcpConversation data = new TcpConversation(Host, port, peer, (ushort)(51200 + (port & 0xff)), control.NowNs + Ms).Handshake().ServerSends("listing").ServerCloses();
                    return [.. control.Frames, .. data.Frames, .. new TcpConversation(Host, 1, peer, 9999, data.NowNs).Syn().Frames];
                }

            case 11:
                {
                    TcpConversation control = Tcp(21).Handshake().ServerSends("220 FTP\r\n").ClientSends($"PORT 10,0,0,5,210,{port & 0xff}\r\n").ServerSends("200 ok\r\n");
                    return [.. control.Frames, .. new TcpConversation(peer, 20, Host, (ushort)(53760 + (port & 0xff)), control.NowNs + Ms).Handshake().ClientSends("data").ClientCloses().Frames];
                }

            case 12:
                {
                    // Both ends begin: who sent the first SYN initiated.
                    FrameBuilder mine = FrameBuilder.Ethernet().Ip(Host, peer).Tcp(port, 5000, TcpFlags.Syn), theirs = FrameBuilder.Ethernet().Ip(peer, Host).Tcp(5000, port, TcpFlags.Syn);
                    return random.Next(2) == 0 ? [mine.At(at), theirs.At(at + (20 * Ms))] : [theirs.At(at), mine.At(at + (20 * Ms))];
                }

            case 13: return [FrameBuilder.Ethernet().Vlan(7).Ip(peer, Host).IcmpEcho(true, 1, 1).At(at), FrameBuilder.Ethernet().Vlan(8).Ip(Host, peer).IcmpEcho(false, 1, 1).At(at + (5 * Ms))];
            default: return new UdpExchange("2001:db8::7", port, "2001:db8::5", 514, at).ClientSends("log 1").ClientSends("log 2").Frames;
        }
    }

    /// <summary>The same packet, as another point of the mirror has it.</summary>
    private static TimedFrame Copy(TimedFrame frame, long at, bool routed)
    {
        byte[] bytes = [.. frame.Bytes];
        if (routed && bytes[12] == 8 && bytes[13] == 0)
        {
            bytes[22]--;
            (bytes[24], bytes[25]) = (0, 0);
            ushort sum = InternetChecksum.Of(bytes.AsSpan(14, 20));
            (bytes[24], bytes[25]) = ((byte)(sum >> 8), (byte)sum);
        }

        return new TimedFrame(at, bytes, frame.WireLength, frame.LinkType);
    }

    private sealed class AddressText : System.Text.Json.Serialization.JsonConverter<IPAddress>
    {
        public override IPAddress Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class NetworkText : System.Text.Json.Serialization.JsonConverter<IPNetwork>
    {
        public override IPNetwork Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IPNetwork value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
