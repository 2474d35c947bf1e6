using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>One reading of a flow: the verdict if it was initiated in that direction, and how each row fits it.</summary>
/// <param name="Port">Service port in this reading; ICMP type.</param>
/// <param name="Rows">Id of the row set of the verdict.</param>
/// <param name="Names">Names of the peer that were asked about rows.</param>
/// <param name="Trials">One for each enforced row of the subjects, in the order of the matrix; active FTP data by its source port.</param>
/// <param name="ControlIsLive">A control connection of FTP is there, as rows of active FTP data ask.</param>
internal sealed record FlowTrial(
    bool Inbound, Verdict Verdict, Reason Reason, int Rows, ushort Port, IReadOnlyList<string> Names, IReadOnlyList<RowTrial> Trials, bool ControlIsLive);

/// <summary>Judging again, for whoever asks why: after the end of the input, by the same steps.</summary>
internal sealed partial class FlowJudge
{
    /// <param name="flow">As it was judged.</param>
    /// <param name="subjects">The subjects that the end belongs to and the other does not.</param>
    public FlowTrial Try(in FlowSummary flow, ulong subjects, bool subjectIsHigh, bool inbound)
    {
        Span<ApplicationAnswer> room = stackalloc ApplicationAnswer[Math.Min(_matrix.Applications.Count, MaxApplications)];
        ReadOnlySpan<ApplicationAnswer> applications = Applications(in flow, room);

        // First what was known when the flow ended, then what came later, as it was judged.
        _namesUntilNs = flow.LastNs;
        Evaluation judged = EvaluateAll(in flow, subjects, subjectIsHigh, inbound, applications);
        if (judged.Verdict != Verdict.Allowed && !IsNamed(in flow, peerIsHigh: !subjectIsHigh))
        {
            _namesUntilNs = long.MaxValue;
            judged = EvaluateAll(in flow, subjects, subjectIsHigh, inbound, applications);
        }

        string[] names = _names is null ? [] : [.. _names.NamesOf(in flow, peerIsHigh: !subjectIsHigh, _namesUntilNs).Select(n => n.Name)];
        ushort port = ServicePort(flow.Protocol, flow.Ends, serviceIsHigh: inbound == subjectIsHigh);
        ushort source = flow.Ends.Port(inbound != subjectIsHigh);
        IpAddress peer = flow.Ends.Address(!subjectIsHigh);
        var trials = new List<RowTrial>();
        for (int row = 0; row < _matrix.Matrix.Rows.Count; row++)
        {
            MatrixRow asked = _matrix.Matrix.Rows[row];
            if (!asked.Enforced || ((subjects >> asked.Subject) & 1) == 0) continue;
            trials.Add(asked.FromServerPort
                ? _matcher.Try(row, flow.Protocol, TransportNames.HasPorts(flow.Protocol) ? source : (ushort)0, inbound, peer, [], [])
                : _matcher.Try(row, flow.Protocol, port, inbound, peer, names, applications));
        }

        return new(inbound, judged.Verdict, judged.Reason, judged.Rows, port, names, trials, ControlIsLive(in flow, subjectIsHigh, inbound));
    }
}
