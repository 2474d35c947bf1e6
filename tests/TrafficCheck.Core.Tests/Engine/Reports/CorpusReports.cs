using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Core.Tests.Engine.Reports;

/// <summary>Reports of real captures: every private address is protected, and few rows are there.</summary>
internal static class CorpusReports
{
    private static readonly IReadOnlyList<IReadOnlyList<IPNetwork>> s_private =
        [[.. ((string[])["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]).Select(n => IPNetwork.Parse(n))], [IPNetwork.Parse("192.0.2.254/32")]];

    /// <summary>Each capture of the corpus; none when it is not beside the clone.</summary>
    public static string[] Captures => SharedFolder.Find() is { } folder && Path.Combine(folder, "corpus", "captures") is var path && Directory.Exists(path)
        ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];

    public static CheckReport Of(string capture) => Of([capture], RandomRuns.Matrix, s_private);

    public static CheckReport Of(string[] captures, AllowedMatrix matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> protect)
    {
        using var set = new CaptureSet([.. captures.Select(c => new CaptureInput(c))]);
        using var engine = new CheckEngine(matrix, protect, set.Interfaces, new EngineOptions { MaxFlows = 100_000, JudgeLinkScope = true, Seed = HashSeed.Fixed }, keepRows: false);
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count)) engine.Process(batch, start, count);
        return engine.Finish(set.Summaries, [], new ExitRules());
    }
}
