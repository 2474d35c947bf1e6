using System.Globalization;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Explain;

/// <summary>Puts the rows that a flow was compared with in order: those that match, the most specific first, then the nearest; the rest is counted.</summary>
internal static class ConsideredRows
{
    private const int Listed = 12, Peers = 3;

    /// <param name="flow">As it was judged.</param>
    /// <param name="isJudged">The reading that the verdict is about; roles come from the verdict then.</param>
    public static RowReading Of(in FlowSummary flow, in Judgement judgement, FlowTrial trial, CompiledMatrix matrix, ulong subjects, bool subjectIsHigh, bool isJudged)
    {
        bool initiatorIsHigh = trial.Inbound != subjectIsHigh, related = isJudged && judgement.Verdict == Verdict.Related;

        bool own = !isJudged || AreBothAsked(in judgement, trial);
        RowSet set = matrix.Sets[own ? trial.Rows : judgement.Rows];
        Verdict verdict = own ? trial.Verdict : judgement.Verdict;
        bool allowed = verdict is Verdict.Allowed or Verdict.Related;
        string spoken = Spoken(in flow);
        var rows = new List<(ConsideredRow Row, RowTrial Trial)>();
        foreach (RowTrial one in trial.Trials)
        {
            MatrixRow row = matrix.Matrix.Rows[one.Row];
            RowRole role = allowed && set.Answering.Contains(one.Row) ? related ? RowRole.AnswersForControl : RowRole.Answers
                : allowed && set.Covered.Contains(one.Row) ? RowRole.Covered
                : set.Possible.Contains(one.Row) || (verdict == Verdict.Undetermined && set.Answering.Contains(one.Row)) ? RowRole.Might
                : RowRole.No;
            rows.Add((new(
                row, role, Fit(one.Port), Fit(one.Transport), Fit(one.Direction),
                one.Peer switch { MatchAnswer.Yes => RowFit.Yes, MatchAnswer.OtherPeer => RowFit.No, _ => RowFit.CannotTell },
                one.Application switch { ApplicationAnswer.Yes => RowFit.Yes, ApplicationAnswer.No => RowFit.No, _ => RowFit.CannotTell },
                row.FromServerPort ? Fit(trial.ControlIsLive) : null, PeersOf(row),
                row.Application is null || row.FromServerPort ? "" : $"it asks for {row.Application}, spoken is {spoken}"), one));
        }

        rows.Sort(static (a, b) =>
        {
            int order = a.Row.Role.CompareTo(b.Row.Role);
            if (order == 0) order = Misses(a).CompareTo(Misses(b));
            if (order == 0) order = b.Trial.Port.CompareTo(a.Trial.Port);
            if (order == 0) order = b.Trial.Rank.CompareTo(a.Trial.Rank);
            return order == 0 ? a.Trial.Row.CompareTo(b.Trial.Row) : order;
        });

        // A row of another port is near only when it asks for what is spoken.
        bool isRead = flow.Speech.LowRead + flow.Speech.HighRead > 0;
        List<ConsideredRow> listed = [.. rows.Where(r => IsNear(r, isRead)).Take(Listed).Select(r => r.Row)];
        var more = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (row, _) in rows.Where(r => !listed.Contains(r.Row)))
        {
            string why = string.Join(", ", row.With(RowFit.No));
            if (why.Length == 0) why = "none";
            more[why] = more.GetValueOrDefault(why) + 1;
        }

        bool hasPort = TransportNames.HasPorts(flow.Protocol) || flow.Protocol is TransportNames.Icmp or TransportNames.Icmpv6;
        return new(
            trial.Inbound ? FlowDirection.In : FlowDirection.Out, EvidenceLadder.Socket(flow.Protocol, flow.Ends.Address(initiatorIsHigh), flow.Ends.Port(initiatorIsHigh)),
            hasPort ? trial.Port : null, verdict, own ? trial.Reason : judgement.Reason, listed,
            [.. more.OrderByDescending(m => m.Value).ThenBy(m => m.Key, StringComparer.Ordinal)],
            matrix.Matrix.Rows.Count(r => !r.Enforced && ((subjects >> r.Subject) & 1) != 0));
    }

    /// <summary>Where the direction decides about the verdict or its rows, the verdict speaks of both readings and each has its own.</summary>
    public static bool AreBothAsked(in Judgement judgement, FlowTrial judged) =>
        judgement.Reason is Reason.DirectionUnknown or Reason.ControlConnectionUnseen
        || (judgement.Verdict == Verdict.Allowed && judgement.Confidence >= Confidence.Weak && judgement.Rows != judged.Rows);

    /// <summary>What the flow speaks, in words.</summary>
    public static string Spoken(in FlowSummary flow)
    {
        if (flow.Speech.LowRead + flow.Speech.HighRead == 0) return "not known, so that the port stands for it";
        RecognizedApplication seen = PayloadReader.Of(in flow);
        return seen.Application switch
        {
            Application.Unknown => "not known",
            Application.Unrecognized => "nothing known",
            _ => ApplicationNames.Of(seen.Application) + (seen.Confidence < RecognitionConfidence.Payload ? " as it seems" : ""),
        };
    }

    private static int Misses((ConsideredRow Row, RowTrial Trial) row) => row.Trial.Misses + (row.Row.Control == RowFit.No ? 1 : 0);

    private static bool IsNear((ConsideredRow Row, RowTrial Trial) row, bool isRead) =>
        row.Row.Role != RowRole.No || row.Trial.Port || (isRead && row.Row.ApplicationWhy.Length > 0 && row.Trial.Application == ApplicationAnswer.Yes);

    private static RowFit Fit(bool fits) => fits ? RowFit.Yes : RowFit.No;

    private static string PeersOf(MatrixRow row)
    {
        if (row.Peers.Count == 0) return "any";
        string list = string.Join(", ", row.Peers.Take(Peers).Select(p => p.ToString()));
        return row.Peers.Count > Peers ? string.Create(CultureInfo.InvariantCulture, $"{list} and {row.Peers.Count - Peers} more") : list;
    }
}
