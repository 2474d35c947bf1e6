using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Explain;

/// <summary>The verdict on a flow from one protected end: its reason, the rows considered, what is missing, and what would change it.</summary>
internal static class VerdictText
{
    public static void Write(VerdictCase verdict, Action<string> line)
    {
        ExplainedVerdict said = verdict.Verdict;
        string subject = said.Subject.Length == 0 ? "" : $" for {said.Subject} ({verdict.Host}), {said.Direction.Word()}, with {verdict.Peer}";
        string reason = said.Reason == Reason.None ? "" : $", {said.Reason.Word()}: {EvidenceWords.Of(said.Reason)}";
        string link = said.LinkScope.Length == 0 ? "" : $" ({said.LinkScope})";
        string square = verdict.Square == Square.None ? "" : $"; {verdict.Square.Word()}";
        line("");
        line($"Verdict      {said.Verdict.Word()}{subject}{reason}{link}{square}");
        foreach (RowReading reading in verdict.Readings) Reading(reading, verdict.Readings.Count > 1, line);
        foreach (MissingEvidence missing in verdict.Missing) line($"  missing    {missing.Text}");
        if (!string.IsNullOrEmpty(verdict.Settle)) line($"  to settle  {verdict.Settle}");
        foreach (string change in verdict.WouldChange) line($"  would change it: {change}");
    }

    private static void Reading(RowReading reading, bool several, Action<string> line)
    {
        string port = reading.ServicePort is { } number ? $", service port {Number(number)}" : "";
        string own = several ? $": {reading.Verdict.Word()}{(reading.Reason == Reason.None ? "" : $" ({reading.Reason.Word()})")}" : "";
        line($"  rows{(several ? $" if {reading.Initiator} initiated it" : "")}, {RowWord(reading.Direction)}{port}{own}");
        int id = reading.Rows.Count == 0 ? 0 : reading.Rows.Max(r => Cells.Of(TerminalText.Clean(r.Row.Id, 20)));
        int service = reading.Rows.Count == 0 ? 0 : reading.Rows.Max(r => Cells.Of(RowText.Service(r.Row)));
        foreach (ConsideredRow row in reading.Rows)
        {
            string name = TerminalText.Clean(row.Row.Id, 20), what = RowText.Service(row.Row);
            line($"    {Pad(name, id)}  {Pad(what, service)}  {RowText.Direction(row.Row.Direction),-6}  line {Number(row.Row.Source.Line)}: {Why(row)}");
        }

        int more = reading.More.Sum(m => m.Value);
        if (more > 0)
            line($"    {(reading.Rows.Count > 0 ? "and " : "")}{Number(more)} {(reading.Rows.Count > 0 ? "more" : "rows")} that say no: {string.Join("; ", reading.More.Select(m => $"{Number(m.Value)} by {m.Key}"))}");
        if (reading.NotEnforced > 0) line($"    {Number(reading.NotEnforced)} not enforced, because a cell of theirs was not understood");
    }

    /// <summary><c>answers: port, transport, direction, peer (any)</c>; <c>no: peer (it names 192.0.2.1); port, transport, direction fit</c></summary>
    internal static string Why(ConsideredRow row)
    {
        string role = row.Role switch
        {
            RowRole.Answers => "answers",
            RowRole.Covered => "matches, a more specific row covers it",
            RowRole.Might => "might match",
            RowRole.AnswersForControl => "answers for its control connection",
            _ => "no",
        };
        string no = List(RowFit.No), open = List(RowFit.CannotTell), yes = List(RowFit.Yes);
        var parts = new List<string>();
        if (no.Length > 0) parts.Add($"no: {no}");
        if (open.Length > 0) parts.Add($"cannot be told: {open}");
        if (yes.Length > 0) parts.Add($"yes: {yes}");
        string condition = row.Row.Need == RowNeed.Conditional ? $"; conditional ({RowText.Need(row.Row)}), which is no matter of matching" : "";
        string text = string.Join("; ", parts);
        return $"{(role == "no" && no.Length > 0 ? text : $"{role}; {text}")}{condition}";

        string List(RowFit fit) => string.Join(", ", row.With(fit).Select(c => c switch
        {
            "peer" when row.PeerWhy == "any" => "peer (any)",
            "peer" => $"peer (it names {row.PeerWhy})",
            "application" when row.ApplicationWhy.Length > 0 => $"application ({row.ApplicationWhy})",
            "application" => row.Row.FromServerPort ? "application (that of the control connection)" : "application (any)",
            _ => c,
        }));
    }

    private static string RowWord(FlowDirection direction) => direction == FlowDirection.In ? "In" : "Out";

    private static string Pad(string text, int cells) => text + new string(' ', Math.Max(0, cells - Cells.Of(text)));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
