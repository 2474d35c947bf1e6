using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Core.Engine;

/// <summary>The cause by which flows are grouped.</summary>
/// <param name="Port">Service port, ICMP type, or -1: ports beyond the number that a run keeps apart, and ports that say nothing.</param>
/// <param name="Rows">Row set of the rows concerned: answering, nearest or possible ones.</param>
/// <param name="Application">What was spoken, where that is the cause.</param>
/// <param name="Related">Failing: what announced the flows; their ports are many and say nothing.</param>
/// <param name="Unanswered">Failing only where the capture shows both directions: a datagram that was due an answer and got none.</param>
internal readonly record struct FindingKey(
    FindingKind Kind, Reason Reason, int Subject, FlowDirection Direction, byte Protocol, int Port, int Rows, bool Unanswered,
    byte Application = 0, RelatedBy Related = RelatedBy.None)
    : IComparable<FindingKey>
{
    public int CompareTo(FindingKey other) =>
        (Subject, Direction, Protocol, Port, Reason, Rows, Unanswered, Application, Related).CompareTo(
            (other.Subject, other.Direction, other.Protocol, other.Port, other.Reason, other.Rows, other.Unanswered, other.Application, other.Related));
}
