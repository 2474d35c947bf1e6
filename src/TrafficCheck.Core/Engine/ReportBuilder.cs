using System.Net;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Puts the report together and decides the exit code.</summary>
internal sealed class ReportBuilder(
    CompiledMatrix compiled, IReadOnlyList<IReadOnlyList<IPNetwork>> protectedHosts, FindingLedger ledger, CoverageLedger coverage, FlowJudge judge, HostTally tally,
    PeerNaming? names, CaptureInterfaces interfaces)
{
    private const int MaxBusiest = 100;

    private readonly AllowedMatrix _matrix = compiled.Matrix;

    public CheckReport Build(
        AccountingReport accounting, IReadOnlyList<RelatedGroup> related, VisibilityReport visibility, IReadOnlyList<InputSummary> inputs,
        IReadOnlyList<KeyValuePair<string, string>> parameters, ExitRules rules)
    {
        var probed = ledger.Scans().Rows;
        var builder = new FindingBuilder(compiled, ledger, coverage, probed, names, interfaces);
        IReadOnlyList<Finding> findings = builder.Build();
        IReadOnlyList<RowCoverage> rows = new CoverageBuilder(compiled, coverage, probed, judge.SubjectsSeen).Build();
        SubjectReport[] subjects = [.. _matrix.Subjects.Select((s, i) => new SubjectReport(
            s.Name, [.. protectedHosts[i].Select(NetworkText)], ((judge.SubjectsSeen >> i) & 1) != 0, null) { ShowsAnswers = coverage.ShowsAnswers(i) })];
        var report = new CheckReport
        {
            Parameters = parameters,
            Matrix = _matrix,
            Subjects = subjects,
            Inputs = inputs,
            Visibility = visibility,
            Accounting = accounting,
            Evidence = Evidence(),
            Summary = Summarise(findings),
            Findings = findings,
            Related = related,
            Coverage = rows,
            Totals = new ReportTotals
            {
                WorkedByRowSet = builder.WorkedByRowSet(),
                Withheld = builder.Withheld,
                Busiest = [.. tally.Busiest(MaxBusiest).Select(b => KeyValuePair.Create(b.Host.ToString(), b.Flows))],
            },
        };
        return ExitDecision.Of(report, rules);
    }

    private EvidenceReport Evidence()
    {
        EvidenceTally tally = judge.Evidence;
        (long servers, long alsoClients) = judge.Servers.Counts;
        return new EvidenceReport
        {
            Flows = tally.Flows,
            Methods = Counts(tally.Methods, m => ((EvidenceMethod)m).Word()),
            Confidences = Counts(tally.Confidences, c => ((Confidence)c).Word()),
            Flips = Counts(tally.Flips, m => ((EvidenceMethod)m).Word()),
            Conflicts = Counts(tally.Conflicts, bit => ((EvidenceConflicts)(1 << bit)).Words().First()),
            Servers = servers,
            ServersAlsoClients = alsoClients,
            ServersByDegree = judge.Degrees.Servers,
        };
    }

    private static List<KeyValuePair<string, long>> Counts(ReadOnlySpan<long> counts, Func<int, string> word)
    {
        var result = new List<KeyValuePair<string, long>>();
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0) result.Add(new(word(i), counts[i]));
        }

        return result;
    }

    private SummaryReport Summarise(IReadOnlyList<Finding> findings)
    {
        var outOfScope = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (coverage.Transit > 0) outOfScope["transit"] = coverage.Transit;
        if (coverage.Internal > 0) outOfScope["internal"] = coverage.Internal;
        for (int kind = 1; kind < LinkScope.Names.Count; kind++)
        {
            if (coverage.LinkScopes[kind] > 0) outOfScope[LinkScope.Names[kind]] = coverage.LinkScopes[kind];
        }

        return new SummaryReport
        {
            Pass = true,
            Found = false,
            Flows = judge.Flows,
            Judged = judge.Judgements,
            Allowed = coverage.Verdicts[(int)Verdict.Allowed],
            Related = coverage.Verdicts[(int)Verdict.Related],
            Unexpected = coverage.Verdicts[(int)Verdict.Unexpected],
            Undetermined = coverage.Verdicts[(int)Verdict.Undetermined],
            OutOfScope = [.. outOfScope],
            Permitted = coverage.Squares[(int)Square.Permitted],
            Failing = findings.Where(f => f.Kind == FindingKind.Failing).Sum(f => f.Flows),
            InVain = findings.Where(f => f.Kind.IsScan() || f.Kind.IsFlood()).Sum(f => f.Flows - f.Unexpected - f.Permitted),
            Escaped = coverage.Squares[(int)Square.Escaped],
            Attempted = coverage.Squares[(int)Square.Attempted],
            ExitCode = 0,
            ExitReasons = [],
        };
    }

    private static string NetworkText(IPNetwork network)
    {
        int whole = network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128;
        return network.PrefixLength == whole ? network.BaseAddress.ToString() : network.ToString();
    }
}
