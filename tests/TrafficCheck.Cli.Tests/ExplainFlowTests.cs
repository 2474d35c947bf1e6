using System.Net;
using System.Text;
using System.Text.Json;
using TrafficCheck.Capture;
using TrafficCheck.Cli.Commands;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>explain --flow: says what check says, of every flow of the samples; and what it answers when asked wrongly.</summary>
public sealed class ExplainFlowTests
{
    private static readonly string s_capture = Path.Combine(Samples, "mail-gateway", "capture.pcap"), s_matrix = Path.Combine(Samples, "mail-gateway", "matrix.md");

    private static readonly string[] s_judged = ["-m", s_matrix, "-p", "1=10.0.0.5,2001:db8:10::5", "-p", "exchange-server=10.0.0.9"];

    [Theory]
    [InlineData("clean", 8)]
    [InlineData("mail-gateway", 170, "1=10.0.0.5,2001:db8:10::5", "exchange-server=10.0.0.9")]
    [InlineData("midstream", 14)]
    public void Every_flow_of_a_sample_is_explained_as_check_judges_it(string sample, int least, params string[] protect)
    {
        using var folder = new TemporaryFolder();
        string capture = Path.Combine(Samples, sample, "capture.pcap"), table = Path.Combine(Samples, sample, "matrix.md"), path = Path.Combine(folder.Root, "flows.ndjson");
        var (code, _, errors) = Run(["check", capture, "-m", table, .. protect.SelectMany(p => new[] { "-p", p }), "-q", "--flows", path]);
        Assert.True(code is 0 or 1, errors);
        JsonElement[] flows = [.. File.ReadAllLines(path).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.True(flows.Length >= least);

        AllowedMatrix matrix = MatrixLoading.Load([table], false, false, TextWriter.Null)!;
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = ProtectOption.Resolve(matrix, protect);
        foreach (var asked in flows.GroupBy(Target).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            FlowExplanation explained = ExplainFlow.Run(
                FlowOption.Parse(asked.Key), () => new CaptureSet(CaptureInputs.Expand([capture]).Inputs), matrix, hosts, new EngineOptions { MaxFlows = 10_000 }, _ => false, out _);
            string[] said = [.. explained.Lives.SelectMany(l => l.Verdicts.Select(v => Line(l, v)))];
            Assert.Equal(asked.Select(Line), said);
            foreach (FlowLife life in explained.Lives) IsSound(life);
        }
    }

    [Fact]
    public void Flows_of_every_small_corpus_capture_are_explained_as_they_are_judged()
    {
        const int Most = 200_000, FlowsOfEach = 3;
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        AllowedMatrix matrix = MatrixLoading.Load([s_matrix], false, false, TextWriter.Null)!;
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = ProtectOption.Resolve(matrix, ["1=10.0.0.0/8,192.168.0.0/16,2001::/16", "exchange-server=172.16.0.0/12"]);
        var options = new EngineOptions { MaxFlows = 10_000 };
        var bad = new List<string>();
        int explained = 0;
        foreach (string file in Directory.GetFiles(Path.Combine(shared, "corpus", "captures"), "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length < Most).Order(StringComparer.Ordinal))
        {
            IReadOnlyList<CaptureInput> inputs = CaptureInputs.Expand([file]).Inputs;
            using var set = new CaptureSet(inputs);
            using var engine = new CheckEngine(matrix, hosts, set.Interfaces, options, keepRows: true);
            using var frames = new OrderedCapture(set, repairs: true);
            while (frames.ReadRun(out var batch, out int start, out int count, out long first)) engine.Process(batch, start, count, first);
            engine.Finish(set.Summaries, [], new ExitRules());
            var rows = new List<FlowRow>();
            engine.WriteRows(rows.Add);
            foreach (var flow in rows.GroupBy(TargetOf).Take(FlowsOfEach))
            {
                FlowExplanation story = ExplainFlow.Run(flow.Key, () => new CaptureSet(inputs), matrix, hosts, options, _ => false, out _);
                Reporting.Explain.FlowExplanationText.Write(story, TextWriter.Null);
                Reporting.Explain.FlowExplanationJson.Write(story, TextWriter.Null);
                explained++;
                string[] judged = [.. flow.Select(f => $"{f.Initiator} {f.InitiatorPackets} {f.Evidence} {f.Verdict} {f.Reason} {string.Join(',', f.Rows)}").Take(story.Lives.Sum(l => l.Verdicts.Count))];
                string[] said =
                [
                    .. story.Lives.SelectMany(l => l.Verdicts.Select(v => $"{l.Flow.Initiator} {l.Flow.InitiatorPackets} {l.Flow.Evidence} {v.Verdict.Verdict} {v.Verdict.Reason} "
                        + (v.Verdict.Verdict is Verdict.Allowed or Verdict.Related ? string.Join(',', v.Verdict.Rows.Select(r => r.Id)) : ""))),
                ];
                if (!judged.SequenceEqual(said)) bad.Add($"{Path.GetFileName(file)} {flow.Key}: {string.Join("; ", judged)} | {string.Join("; ", said)}");
                if (story.Lives.Any(l => l.Ladder.Count(r => r.Decides) != 1)) bad.Add($"{Path.GetFileName(file)} {flow.Key}: no rung decides");
            }
        }

        Assert.True(explained > 100);
        Assert.True(bad.Count == 0, string.Join("\n", bad));

        static FlowTarget TargetOf(FlowRow flow)
        {
            bool icmp = flow.Transport is TransportNames.Icmp or TransportNames.Icmpv6;
            return new(
                Core.Wire.IpAddress.From(flow.Initiator), flow.InitiatorPort, Core.Wire.IpAddress.From(flow.Responder), icmp ? null : flow.ResponderPort, flow.Transport,
                icmp ? (byte)flow.ResponderPort! : null);
        }
    }

    /// <summary>The ends in the order that the export does not have, so that either order is tried.</summary>
    private static string Target(JsonElement flow)
    {
        string transport = Text(flow, "transport");
        string type = transport is "icmp" or "icmpv6" ? ":" + Text(flow, "responder_port") : "";
        string[] ends = [End("responder"), End("initiator")];
        if (string.CompareOrdinal(ends[0], ends[1]) > 0) Array.Reverse(ends);
        return $"{ends[0]}-{ends[1]}/{transport}{type}";

        string End(string name)
        {
            string address = Text(flow, name), port = type.Length > 0 ? "" : Text(flow, name + "_port");
            return (address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address) + (port.Length > 0 ? ":" + port : "");
        }
    }

    private static string Line(JsonElement flow) => string.Join('|', new[]
    {
        "initiator", "initiator_port", "initiator_packets", "initiator_bytes", "responder_packets", "responder_bytes", "subject", "direction", "evidence", "confidence", "outcome",
        "verdict", "reason", "rows", "peer_name", "peer_name_proof", "peer_name_frame",
    }.Select(n => Text(flow, n)));

    private static string Line(FlowLife life, VerdictCase verdict)
    {
        ExplainedFlow flow = life.Flow;
        ExplainedVerdict said = verdict.Verdict;
        bool answers = said.Verdict is Verdict.Allowed or Verdict.Related;
        string rows = !answers ? "" : string.Join(';', said.Rows.Select(r => r.Id)) + (said.CoveredRows.Count > 0 ? " / " + string.Join(';', said.CoveredRows.Select(r => r.Id)) : "");
        ExplainedName? name = said.Subject.Length == 0 ? null : flow.Names.FirstOrDefault(n => n.Address == verdict.Peer)?.Names[0];
        return string.Join('|', flow.Initiator, flow.InitiatorPort, flow.InitiatorPackets, flow.InitiatorBytes, flow.ResponderPackets, flow.ResponderBytes, said.Subject, said.Direction.Word(),
            flow.Evidence.Word(), flow.Confidence.Word(), flow.Outcome.Word(), said.Verdict.Word(), said.Reason.Word(), rows, name?.Name, name?.Proof, name?.Frame);
    }

    /// <summary>The story fits the verdict.</summary>
    private static void IsSound(FlowLife life)
    {
        EvidenceRung decides = Assert.Single(life.Ladder, r => r.Decides);
        Assert.Equal((life.Flow.Evidence, RungState.Seen), (decides.Method, decides.State));
        if (decides.Initiator is not null) Assert.Equal(life.Initiator.Socket, decides.Initiator);
        Assert.InRange(life.LastFrame, life.Flow.FirstFrame, long.MaxValue);
        foreach (VerdictCase verdict in life.Verdicts)
        {
            string[] answering = [.. verdict.Readings.SelectMany(r => r.Rows).Where(r => r.Role == RowRole.Answers).Select(r => r.Row.Id).Order(StringComparer.Ordinal)];
            if (verdict.Verdict.Verdict == Verdict.Allowed) Assert.Equal(verdict.Verdict.Rows.Select(r => r.Id).Order(StringComparer.Ordinal), answering);
            foreach (ConsideredRow row in verdict.Readings.SelectMany(r => r.Rows))
                Assert.Equal(row.Role is RowRole.Answers or RowRole.Covered, !row.With(RowFit.No).Concat(row.With(RowFit.CannotTell)).Any());
            if (verdict.Verdict.Verdict is Verdict.Unexpected or Verdict.Undetermined or Verdict.OutOfScope) Assert.NotEmpty(verdict.WouldChange);
            if (verdict.Verdict.Verdict == Verdict.Undetermined) Assert.NotEmpty(verdict.Missing);
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();

    [Fact]
    public void The_text_tells_evidence_packets_rows_and_what_would_change()
    {
        var (code, text, errors) = Run(["explain", s_capture, "--flow", "192.0.2.40:162-10.0.0.5:48162/udp", .. s_judged]);
        Assert.True(code == 0, errors);
        foreach (string part in new[]
        {
            "application  seen       snmp: what it sent in frame 928 shows that 10.0.0.5:48162 is the client   <- decides",
            "from 10.0.0.5:48162: 6 packets, 576 bytes; first frames: packet 928, data 928",
            "Verdict      unexpected for subject-1 (10.0.0.5), out, with 192.0.2.40, direction:",
            "line 32: no: direction; yes: port, transport, peer (any), application (any)",
            "and 36 more that say no:",
            "would change it: row R24 reading In/Out, or Out",
        }) Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_says_the_same()
    {
        using JsonDocument json = Json("10.0.0.5:44001-198.51.100.81:80/tcp");
        JsonElement life = json.RootElement.GetProperty("lives").EnumerateArray().Single(), verdict = life.GetProperty("verdicts")[0], row = verdict.GetProperty("readings")[0].GetProperty("rows")[0];
        Assert.Equal(("allowed", "R12", "answers", "yes"), (Text(verdict, "verdict"), Text(row, "row"), Text(row, "role"), Text(row, "peer")));
        Assert.Equal(["R13", "R14", "R15", "R19"], verdict.GetProperty("coveredRows").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(("syn", "proven"), (Text(life.GetProperty("evidence"), "method"), Text(life.GetProperty("evidence"), "confidence")));
        Assert.Equal(428, life.GetProperty("speech")[0].GetProperty("frame").GetInt64());
        JsonElement name = life.GetProperty("names")[0].GetProperty("names")[0];
        Assert.Equal(("repo.tidewall.example.net", "http-host", "428"), (Text(name, "name"), Text(name, "proof"), Text(name, "frame")));
    }

    [Fact]
    public void Two_protected_ends_have_a_verdict_each()
    {
        using JsonDocument json = Json("10.0.0.9:43000-10.0.0.5:10443/tcp", mayBeMissing: true);
        JsonElement[] verdicts = [.. json.RootElement.GetProperty("lives")[0].GetProperty("verdicts").EnumerateArray()];
        Assert.Equal(["exchange-server allowed", "subject-1 unexpected"], verdicts.Select(v => Text(v, "subject") + " " + Text(v, "verdict")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("10.0.0.5-1.2.3.4/tcp", "tcp has ports")]
    [InlineData("10.0.0.5:1-1.2.3.4:2", "the transport is missing")]
    [InlineData("10.0.0.5:1-1.2.3.4:2/xyz", "'xyz' is no transport")]
    [InlineData("10.0.0.5:1/tcp", "there are no two ends")]
    [InlineData("10.0.0.5:70000-1.2.3.4:2/tcp", "'70000' is no port")]
    [InlineData("10.0.0.5:1-1.2.3:2/tcp", "'1.2.3' is no address")]
    [InlineData("10.0.0.5:1-2001:db8::1:2/tcp", "stands in brackets")]
    [InlineData("10.0.0.5:1-[2001:db8::1:2/tcp", "has no ]")]
    [InlineData("10.0.0.5:1-[2001:db8::1]:2/tcp", "one end is IPv4 and the other IPv6")]
    [InlineData("10.0.0.5:1-1.2.3.4:2/icmp", "icmp has no ports")]
    [InlineData("[::1]-[::2]/icmp", "over IPv6 it is icmpv6")]
    [InlineData("10.0.0.5-1.2.3.4/icmpv6", "over IPv4 it is icmp")]
    [InlineData("10.0.0.5-1.2.3.4/icmp:300", "TYPE or TYPE.CODE")]
    [InlineData("10.0.0.5-1.2.3.4/icmp:3.1.2", "TYPE or TYPE.CODE")]
    [InlineData("10.0.0.5-1.2.3.4/esp:1", "only icmp and icmpv6")]
    [InlineData("[fe80::1%eth0]:1-[fe80::2]:2/tcp", "is no address")]
    public void Wrong_syntax_says_the_right_one(string text, string why)
    {
        UsageException wrong = Assert.Throws<UsageException>(() => FlowOption.Parse(text));
        Assert.Contains(why, wrong.Message, StringComparison.Ordinal);
        Assert.Contains("10.0.0.5:51820-203.0.113.9:443/tcp", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.5:51820-203.0.113.9:443/tcp")]
    [InlineData("[2001:db8::5]:51820-[2001:db8::9]:443/udp")]
    [InlineData("10.0.0.5-203.0.113.9/esp")]
    [InlineData("10.0.0.5-203.0.113.9/253")]
    [InlineData("10.0.0.5-203.0.113.9/icmp:3.1")]
    [InlineData("[2001:db8::5]-[2001:db8::9]/icmpv6:128")]
    public void What_is_written_reads_back_the_same(string text) => Assert.Equal(text, FlowOption.Parse(text).ToString());

    [Fact]
    public void Ends_may_stand_as_reports_write_them() =>
        Assert.Equal(FlowOption.Parse("10.0.0.5:1-10.0.0.9:2/tcp"), FlowOption.Parse(" 10.0.0.5:1 -> 10.0.0.9:2 / tcp"));

    [Fact]
    public void A_flow_that_is_not_there_names_those_that_come_near()
    {
        var (code, output, errors) = Run("explain", s_capture, "--flow", "10.0.0.5:1-192.0.2.40:162/tcp");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("not among the 175 flows of 1295 frames", errors, StringComparison.Ordinal);
        Assert.Contains("1 flow between the same two hosts:\n    10.0.0.5:48162-192.0.2.40:162/udp", errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);

        // Sockets of others, with the count of those that are not listed.
        errors = Run("explain", s_capture, "--flow", "192.0.2.200:1-10.0.0.5:3389/tcp").Errors;
        Assert.Contains("26 flows of other hosts with one of the two ends:", errors, StringComparison.Ordinal);
        Assert.Contains("and 21 more", errors, StringComparison.Ordinal);
        Assert.Contains("1.2.3.4 has 0 flows, 5.6.7.8 has 0 flows", Run("explain", s_capture, "--flow", "1.2.3.4-5.6.7.8/esp").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_frame_and_flow_must_be_given()
    {
        Assert.Equal(2, Run("explain", s_capture, "--flow", "1.2.3.4-5.6.7.8/esp", "--frame", "1").Code);
        Assert.Equal(2, Run("explain", s_capture, "--flow", "").Code);
        string help = Run("explain", "--help").Output;
        foreach (string part in new[] { "--flow", "--frame", "10.0.0.5:51820-203.0.113.9:443/tcp", "--max-flows", "--keep-duplicates", "--ftp-passive-range" }) Assert.Contains(part, help, StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_input_damage_and_hostile_text_are_taken()
    {
        byte[] hello = Encoding.Latin1.GetBytes("GET / HTTP/1.1\r\nHost: evil\u001b[2J.example\r\n\r\n");
        var file = new PcapFileBuilder(nanoseconds: true);
        foreach (TimedFrame frame in new TcpConversation("10.0.0.5", 4000, "192.0.2.7", 80, 1_000_000_000).Handshake().ClientSends(hello).Frames) file.Add(frame.TimestampNs, frame.Bytes);
        byte[] bytes = [.. file.ToArray(), 1, 2, 3];
        foreach (string format in new[] { "text", "json" })
        {
            var (code, output, errors) = RunWith(bytes, "explain", "-", "--flow", "10.0.0.5:4000-192.0.2.7:80/tcp", "--format", format);
            Assert.True(code == 3, errors);
            Assert.DoesNotContain('\u001b', output);
            Assert.Contains("http-host", output, StringComparison.Ordinal);
        }
    }

    private static JsonDocument Json(string flow, bool mayBeMissing = false)
    {
        if (mayBeMissing)
        {
            // The client port of the sample is not of interest: the error names the flow.
            string errors = Run("explain", s_capture, "--flow", flow).Errors;
            flow = errors.Split('\n').Select(l => l.Trim()).First(l => l.EndsWith("/tcp", StringComparison.Ordinal) && l.Contains(":10443", StringComparison.Ordinal));
        }

        var (code, output, wrong) = Run(["explain", s_capture, "--flow", flow, .. s_judged, "--format", "json"]);
        Assert.True(code == 0, wrong);
        JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal("trafficcheck-explain-flow/1", Text(json.RootElement, "schema"));
        return json;
    }
}
