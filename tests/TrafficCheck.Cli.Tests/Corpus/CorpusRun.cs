using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>A run of the engine over a capture of the corpus, or over what is left of it without its first packets.</summary>
internal static class CorpusRun
{
    /// <summary>An address that no capture has.</summary>
    private static readonly IPNetwork s_nobody = IPNetwork.Parse("192.0.2.254/32");

    /// <param name="cut">Frames at the start that the engine does not get.</param>
    /// <param name="host">What the first subject of the matrix is; null for nobody. The other subjects are nobody.</param>
    public static List<FlowRow> Rows(string capture, int cut, AllowedMatrix matrix, IPAddress? host, FlowTimeouts? timeouts = null)
    {
        using var set = new CaptureSet([new CaptureInput(capture)]);
        IPNetwork first = host is null ? s_nobody : new IPNetwork(host, host.GetAddressBytes().Length * 8);
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = [.. matrix.Subjects.Select((_, i) => (IReadOnlyList<IPNetwork>)[i == 0 ? first : s_nobody])];
        var options = new EngineOptions { MaxFlows = 100_000, JudgeLinkScope = true, ReadSpeech = true, Timeouts = timeouts ?? FlowTimeouts.Default, Seed = HashSeed.Fixed };
        using var engine = new CheckEngine(matrix, hosts, set.Interfaces, options, keepRows: true);
        long read = 0;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            int skipped = (int)Math.Clamp(cut - read, 0, count);
            read += count;
            if (skipped < count) engine.Process(batch, start + skipped, count - skipped);
        }

        InputSummary whole = Assert.Single(set.Summaries);
        CheckReport report = engine.Finish([whole with { Frames = Math.Max(0, whole.Frames - cut) }], [], new ExitRules());
        Assert.Empty(report.Accounting.BrokenIdentities);
        List<FlowRow> rows = [];
        engine.WriteRows(rows.Add);
        return rows;
    }

    /// <summary>The 5-tuple of a flow, and its initiator as the tables spell it.</summary>
    public static ConversationKey KeyOf(in FlowRow row, out string initiator)
    {
        initiator = ExpectedFlows.End(row.Initiator.ToString(), row.InitiatorPort is { } port ? $"{port}" : "-");
        return ConversationKey.Of(TransportNames.Of(row.Transport), initiator, ExpectedFlows.End(row.Responder.ToString(), row.ResponderPort is { } other ? $"{other}" : "-"));
    }
}
