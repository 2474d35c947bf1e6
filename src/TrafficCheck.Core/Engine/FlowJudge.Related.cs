using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Flows that are judged by another flow: those that a control connection announced, and active FTP data from its well-known port.</summary>
internal sealed partial class FlowJudge
{
    private bool MayBelong(in FlowSummary flow) => _related is not null && _related.MayBelong(in flow);

    /// <summary>
    /// What announced the flow says who opens it, below what the flow itself shows. What is only inferred says nothing of that, and is known
    /// when all control connections have ended.
    /// </summary>
    private FlowReading WithRelatedEvidence(ref FlowSummary flow, FlowReading reading)
    {
        bool announced = flow.Note.Parent != 0;
        flow = _related!.Relate(in flow, in reading);
        if (announced && flow.Note.Parent == 0) return reading with { Conflicts = reading.Conflicts | EvidenceConflicts.AnnouncementAgainstHandshake };
        bool weaker = reading.Method > EvidenceMethod.Related || reading.Confidence >= Confidence.Weak;
        return flow.Note.Parent != 0 && flow.Note.Initiator != 0 && weaker
            ? new(flow.Note.Initiator == 2, EvidenceMethod.Related, flow.Note.IsGuess ? Confidence.Likely : Confidence.Proven, reading.Conflicts)
            : reading;
    }

    /// <summary>
    /// The verdict by the control connection: its rows answer for the flow when they allow it; a control connection that nobody can judge leaves
    /// the flow open too. Null when the flow's own verdict stands.
    /// </summary>
    private Evaluation? Related(in FlowSummary flow, ulong subjects, in Evaluation own)
    {
        if (_related is null || flow.Note.Parent == 0 || !_related[flow.Note.Parent].TryVerdict(subjects, out ControlVerdict control)) return null;
        return control.Verdict switch
        {
            Verdict.Allowed or Verdict.Related => new(control.Subject, Verdict.Related, Reason.None, control.Rows),
            Verdict.Undetermined when own.Verdict == Verdict.Unexpected => new(control.Subject, Verdict.Undetermined, control.Reason, control.Rows),
            _ => null,
        };
    }

    private bool NeedsControl(in FlowSummary flow, ulong concerned, ulong high)
    {
        if (_ftp is null || flow.Protocol != TransportNames.Tcp) return false;
        for (ulong left = concerned; left != 0; left &= left - 1)
        {
            int subject = System.Numerics.BitOperations.TrailingZeroCount(left);
            bool subjectIsHigh = ((high >> subject) & 1) != 0;
            if (ServerPortRow(in flow, subject, subjectIsHigh, true) >= 0 || ServerPortRow(in flow, subject, subjectIsHigh, false) >= 0) return true;
        }

        return false;
    }

    /// <summary>The first active FTP data row that fits all but the control connection, or -1.</summary>
    private int ServerPortRow(in FlowSummary flow, int subject, bool subjectIsHigh, bool inbound)
    {
        ushort sourcePort = inbound == subjectIsHigh ? flow.Ends.LowPort : flow.Ends.HighPort;
        foreach (int index in _matrix.ServerPortRows[subject])
        {
            MatrixRow row = _matrix.Matrix.Rows[index];
            if (row.Direction == (inbound ? RowDirection.Out : RowDirection.In) || !row.Ports.Any(r => r.Contains(sourcePort))) continue;
            if (row.Transports.Count > 0 && !row.Transports.Contains(flow.Protocol)) continue;
            IpAddress peer = subjectIsHigh ? flow.Ends.LowAddress : flow.Ends.HighAddress;
            if (_matcher.PeerAnswer(index, peer, []) == MatchAnswer.Yes) return index;
        }

        return -1;
    }

    /// <summary>
    /// A transfer that was under way when the capture began: its control connection is silent until the end of it. Of one that opens in sight the order
    /// to open it would have been seen. It carries data, nobody resets it at once, and the client's port is not one of the well-known ones: a scan from
    /// port 20 is none.
    /// </summary>
    private static bool MayLackItsControl(in FlowSummary flow, ushort clientPort)
    {
        uint low = flow.Marks & FlowMarks.SideMask, high = (flow.Marks >> FlowMarks.SideBits) & FlowMarks.SideMask;
        return clientPort >= 1024 && FtpPairs.MayHaveBegunBefore(in flow) && ((low | high) & FlowMarks.Data) != 0 && low != FlowMarks.Rst && high != FlowMarks.Rst;
    }

    private bool ControlIsLive(in FlowSummary flow, bool subjectIsHigh, bool inbound)
    {
        bool serverIsHigh = inbound != subjectIsHigh; // the data connection is initiated by the server
        IpAddress server = serverIsHigh ? flow.Ends.HighAddress : flow.Ends.LowAddress;
        IpAddress client = serverIsHigh ? flow.Ends.LowAddress : flow.Ends.HighAddress;
        return _ftp is not null && _ftp.Covers(client, server, flow.FirstNs);
    }
}
