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

    /// <param name="matrix">With the row sets of the fork.</param>
    public RelatedLedger Fork(CompiledMatrix matrix, RelatedFlows related)
    {
        var fork = new RelatedLedger(matrix, related);
        foreach (var (key, group) in _groups) fork._groups.Add(key, group.Fork());
        return fork;
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
        Samples = [.. group.Samples.Items.Select(s => new RelatedSample(Text(s.Value.Ends, s.Value.InitiatorIsHigh), s.Frame, s.Value.AnnouncedFrame, related[s.Value.Parent].ToString()))],
    };

    private readonly record struct Key(int Subject, int Rows, RelatedBy By, bool IsGuess, FlowDirection Direction, byte Protocol);

    private static string Text(FlowEndpoints ends, bool initiatorIsHigh) =>
        ControlConnection.Text(ends.Address(initiatorIsHigh), ends.Port(initiatorIsHigh)) + " -> " + ControlConnection.Text(ends.Address(!initiatorIsHigh), ends.Port(!initiatorIsHigh));

    private sealed class Group
    {
        public long Flows, Packets, Bytes, Permitted, Failing, FirstNs = long.MaxValue, LastNs = long.MinValue;

        public EarliestSample<long, (FlowEndpoints Ends, bool InitiatorIsHigh, uint Parent, long AnnouncedFrame)> Samples { get; private set; } = new(MaxSamples);

        public Group Fork()
        {
            var fork = (Group)MemberwiseClone();
            fork.Samples = Samples.Fork();
            return fork;
        }

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
            Samples.Add(flow.FirstNs, flow.FirstFrame, flow.FirstFrame, (flow.Ends, judgement.InitiatorIsHigh, flow.Note.Parent, flow.Note.AnnouncedFrame));
        }
    }
}
