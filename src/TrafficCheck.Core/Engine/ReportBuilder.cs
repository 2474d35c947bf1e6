using System.Globalization;
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
    private readonly AllowedMatrix _matrix = compiled.Matrix;

    public CheckReport Build(
        AccountingReport accounting, IReadOnlyList<RelatedGroup> related, VisibilityReport visibility, IReadOnlyList<InputSummary> inputs,
        IReadOnlyList<KeyValuePair<string, string>> parameters, ExitRules rules)
    {
        var probed = ledger.Scans().Rows;
        IReadOnlyList<Finding> findings = new FindingBuilder(compiled, ledger, coverage, probed, names, interfaces).Build();
        IReadOnlyList<RowCoverage> rows = new CoverageBuilder(compiled, coverage, probed, judge.SubjectsSeen).Build();
        SubjectReport[] subjects = [.. _matrix.Subjects.Select((s, i) => new SubjectReport(
            s.Name, [.. protectedHosts[i].Select(NetworkText)], ((judge.SubjectsSeen >> i) & 1) != 0, null))];
        var (exitCode, found, reasons) = Exit(accounting, visibility, inputs, findings, rows, subjects, rules);
        return new CheckReport
        {
            Parameters = parameters,
            Matrix = _matrix,
            Subjects = subjects,
            Inputs = inputs,
            Visibility = visibility,
            Accounting = accounting,
            Evidence = Evidence(),
            Summary = Summarise(exitCode, found, reasons, findings),
            Findings = findings,
            Related = related,
            Coverage = rows,
        };
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

    private SummaryReport Summarise(int exitCode, bool found, List<string> reasons, IReadOnlyList<Finding> findings)
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
            Pass = exitCode == 0,
            Found = found,
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
            ExitCode = exitCode,
            ExitReasons = reasons,
        };
    }

    /// <summary>
    /// All that is wrong is said; the code is the gravest: an input that was not read whole (3) says less than is known, so does a capture
    /// that could not show enough (4), and only then is it known that there are findings (1) or none.
    /// </summary>
    private (int Code, bool Found, List<string> Reasons) Exit(
        AccountingReport accounting, VisibilityReport visibility, IReadOnlyList<InputSummary> inputs, IReadOnlyList<Finding> findings,
        IReadOnlyList<RowCoverage> rows, SubjectReport[] subjects, ExitRules rules)
    {
        var reasons = new List<string>();
        int empty = inputs.Count(i => i.IsEmpty), damaged = inputs.Count(i => i.Damaged) - empty;
        if (damaged > 0) reasons.Add(damaged == 1 ? "an input could not be read whole" : Text($"{damaged} inputs could not be read whole"));
        if (accounting.FramesRead == 0 && accounting.FramesFilteredOut > 0) reasons.Add("the filter matched no frame");
        else if (accounting.FramesRead == 0) reasons.Add(inputs.Count == 1 ? "the input held no packets" : "the inputs held no packets");
        else if (empty > 0) reasons.Add(empty == 1 ? "an input held no packets" : Text($"{empty} inputs held no packets"));
        int code = reasons.Count > 0 ? 3 : 0;

        if (visibility.Grade > rules.MinGrade) reasons.Add(Text($"visibility {visibility.Grade} is below the grade {rules.MinGrade} asked for"));
        if (accounting.FramesRead > 0 && !subjects.Any(s => s.Seen)) reasons.Add(NothingSeen(subjects));
        if (code == 0 && reasons.Count > 0) code = 4;

        int before = reasons.Count;
        AddFindings(reasons, findings, rows, rules);
        bool found = reasons.Count > before;
        return (code == 0 && found ? 1 : code, found, reasons);
    }

    private void AddFindings(List<string> reasons, IReadOnlyList<Finding> findings, IReadOnlyList<RowCoverage> rows, ExitRules rules)
    {
        long unexpected = coverage.Verdicts[(int)Verdict.Unexpected], undetermined = coverage.Verdicts[(int)Verdict.Undetermined];
        if (rules.FailOn.HasFlag(FailOn.Unexpected) && unexpected > 0)
            reasons.Add(unexpected == 1 ? "a flow is unexpected" : Text($"{unexpected} flows are unexpected"));
        if (rules.FailOn.HasFlag(FailOn.Undetermined) && undetermined > 0)
            reasons.Add(undetermined == 1 ? "a flow is undetermined" : Text($"{undetermined} flows are undetermined"));
        int failing = findings.Count(f => f.Kind == FindingKind.Failing);
        if (rules.FailOn.HasFlag(FailOn.Failing) && failing > 0) reasons.Add(failing == 1 ? "a needed service fails" : Text($"{failing} needed services fail"));
        int missing = rows.Count(r => IsRequired(r.Row, rules) && IsMissing(r));
        if (rules.FailOn.HasFlag(FailOn.Missing) && missing > 0) reasons.Add(missing == 1 ? "a required row was not seen" : Text($"{missing} required rows were not seen"));
    }

    /// <summary>A row whose flows more specific rows answer for is not missing: the service it names was used.</summary>
    private static bool IsMissing(RowCoverage row) => row.State is CoverageState.NotSeen or CoverageState.Reversed && row.Covered.Flows == 0;

    private static bool IsRequired(MatrixRow row, ExitRules rules) =>
        row.Need == RowNeed.Required || (row.Need == RowNeed.Conditional && row.Condition is { } name && rules.Holds(name));

    private string NothingSeen(SubjectReport[] subjects)
    {
        string wanted = string.Join(", ", subjects.SelectMany(s => s.Addresses).Distinct());
        var busiest = tally.Busiest(5);
        string seen = busiest.Count == 0
            ? "no other hosts do either"
            : "the busiest that do are " + string.Join(", ", busiest.Select(b => Text($"{b.Host} ({b.Flows} {(b.Flows == 1 ? "flow" : "flows")})")));
        return $"none of the protected hosts ({wanted}) appears in the capture; {seen}: correct --protect";
    }

    private static string NetworkText(IPNetwork network)
    {
        int whole = network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128;
        return network.PrefixLength == whole ? network.BaseAddress.ToString() : network.ToString();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
