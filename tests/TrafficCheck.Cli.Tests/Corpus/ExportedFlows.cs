using System.Globalization;
using System.Net;
using System.Text;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>The flows of a capture as <c>--flows X.csv --idle-timeout none</c> writes them, read back from the text of the export.</summary>
internal sealed class ExportedFlows
{
    /// <summary>Speaks about a protocol that no capture has, so that only the packets say who initiated.</summary>
    private static readonly AllowedMatrix s_matrix = new()
    {
        Name = "none",
        Sources = [],
        Subjects = [new MatrixSubject("host", [])],
        Rows =
        [
            new MatrixRow
            {
                Id = "R1",
                Subject = 0,
                Ports = [PortRange.Any],
                Transports = [254],
                Direction = RowDirection.In,
                Source = new RowSource("none.md", 1, 1),
            },
        ],
    };

    private ExportedFlows(string csv, CheckReport report)
    {
        Csv = csv;
        Report = report;
        string[] lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string line in lines.Skip(1)) Add(line.Split(','));
    }

    public string Csv { get; }

    public CheckReport Report { get; }

    public Dictionary<ConversationKey, Conversation> Conversations { get; } = [];

    public static ExportedFlows Of(string capture)
    {
        using var set = new CaptureSet([new CaptureInput(capture)]);
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = [[IPNetwork.Parse("192.0.2.254/32")]];
        using var engine = new CheckEngine(
            s_matrix, hosts, set.Interfaces, new EngineOptions { Timeouts = FlowTimeouts.None, MaxFlows = 1_000_000, KeepCopies = true }, keepRows: true);
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count)) engine.Process(batch, start, count);
        CheckReport report = engine.Finish(set.Summaries, [], new ExitRules());
        using var stream = new MemoryStream();
        using (IFlowExport export = FlowExport.To(FlowFormat.Csv, stream))
        {
            engine.WriteRows(row => export.Add(in row));
            export.Complete();
        }

        return new(Encoding.UTF8.GetString(stream.ToArray()), report);
    }

    public long WithoutFlow(string cause) => Report.Accounting.PacketsWithoutFlow.FirstOrDefault(c => c.Key == cause).Value;

    private void Add(string[] cells)
    {
        string transport = cells[2];
        bool icmp = transport is "icmp" or "icmpv6";
        string initiator = ExpectedFlows.End(cells[3], icmp ? cells[6] : cells[4]), responder = ExpectedFlows.End(cells[5], cells[6]);
        var flow = new Conversation(initiator, Number(cells[7]), Number(cells[9]), Number(cells[8]), Number(cells[10]), Time(cells[0]), cells[13] == "application" && !icmp);
        var key = ConversationKey.Of(transport, initiator, responder);
        Conversations[key] = Conversations.TryGetValue(key, out Conversation? known) ? known.Plus(flow) : flow;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>RFC 3339 with nine digits of a second.</summary>
    private static long Time(string text)
    {
        string[] parts = text.TrimEnd('Z').Split('.');
        var seconds = DateTimeOffset.Parse(parts[0] + "Z", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return (seconds.ToUnixTimeSeconds() * 1_000_000_000) + (parts.Length > 1 ? long.Parse(parts[1].PadRight(9, '0'), CultureInfo.InvariantCulture) : 0);
    }
}
