using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>Sums the flows that control connections answer for, with samples of the earliest.</summary>
internal sealed class RelatedLedger(CompiledMatrix matrix, RelatedFlows related) : IJudgedFlowSink
{
    private const int MaxSamples = 5;

    private readonly Dictionary<Key, Group> _groups = [];

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        if (judgement.Verdict != Verdict.Related) return;
        var by = (RelatedBy)flow.Note.Announcement;
        var key = new Key(judgement.Subject, judgement.Rows, by, flow.Note.IsGuess, judgement.Direction, flow.Protocol);
        if (!_groups.TryGetValue(key, out Group? group)) _groups[key] = group = new();
        group.Add(in flow, in judgement);
    }

    /// <summary>By subject, rows and kind.</summary>
    public IReadOnlyList<RelatedGroup> Build() =>
    [
        .. _groups.OrderBy(g => g.Key.Subject).ThenBy(g => string.Join(' ', RowsOf(g.Key)), StringComparer.Ordinal).ThenBy(g => g.Key.By).ThenBy(g => g.Key.IsGuess)
            .ThenBy(g => g.Key.Direction).ThenBy(g => g.Key.Protocol).Select(g => Describe(g.Key, g.Value)),
    ];

    private IEnumerable<string> RowsOf(Key key) => matrix.Sets[key.Rows].Answering.Select(r => matrix.Matrix.Rows[r].Id);

    private RelatedGroup Describe(Key key, Group group) => new()
    {
        By = key.By.Word(),
        Grade = key.By.Grade(key.IsGuess),
        Subject = matrix.Matrix.Subjects[key.Subject].Name,
        Direction = key.Direction,
        Transport = TransportNames.Of(key.Protocol),
        Rows = [.. RowsOf(key)],
        Flows = group.Flows,
        Packets = group.Packets,
        Bytes = group.Bytes,
        FirstNs = group.FirstNs,
        LastNs = group.LastNs,
        Permitted = group.Permitted,
        Failing = group.Failing,
        Samples = [.. group.Samples.Select(s => new RelatedSample(
            ControlConnection.Text(s.Initiator, s.InitiatorPort) + " -> " + ControlConnection.Text(s.Responder, s.ResponderPort), s.Frame, s.AnnouncedFrame, related[s.Parent].ToString()))],
    };

    private readonly record struct Key(int Subject, int Rows, RelatedBy By, bool IsGuess, FlowDirection Direction, byte Protocol);

    private readonly record struct Sample(
        long Frame, IpAddress Initiator, ushort InitiatorPort, IpAddress Responder, ushort ResponderPort, uint Parent, long AnnouncedFrame);

    private sealed class Group
    {
        public long Flows, Packets, Bytes, Permitted, Failing, FirstNs = long.MaxValue, LastNs = long.MinValue;

        public List<Sample> Samples { get; } = [];

        public void Add(in FlowSummary flow, in Judgement judgement)
        {
            Flows++;
            Packets += flow.LowPackets + flow.HighPackets;
            Bytes += flow.LowBytes + flow.HighBytes;
            FirstNs = Math.Min(FirstNs, flow.FirstNs);
            LastNs = Math.Max(LastNs, flow.LastNs);
            Square square = judgement.Square(in flow);
            if (square == Square.Permitted) Permitted++;
            else if (square == Square.Failing) Failing++;
            if (Samples.Count == MaxSamples && flow.FirstFrame >= Samples[^1].Frame) return;
            FlowEndpoints ends = flow.Ends;
            var sample = judgement.InitiatorIsHigh
                ? new Sample(flow.FirstFrame, ends.HighAddress, ends.HighPort, ends.LowAddress, ends.LowPort, flow.Note.Parent, flow.Note.AnnouncedFrame)
                : new Sample(flow.FirstFrame, ends.LowAddress, ends.LowPort, ends.HighAddress, ends.HighPort, flow.Note.Parent, flow.Note.AnnouncedFrame);
            int at = Samples.FindIndex(s => s.Frame > sample.Frame);
            Samples.Insert(at < 0 ? Samples.Count : at, sample);
            if (Samples.Count > MaxSamples) Samples.RemoveAt(MaxSamples);
        }
    }
}
