using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>Flows in the order in which they were added. In blocks that never move, so that a fork shares those that are full.</summary>
internal sealed class FlowList
{
    private const int Block = 256;

    private readonly List<FlowSummary[]> _blocks = [];

    public int Count { get; private set; }

    public ref readonly FlowSummary this[int index] => ref _blocks[index / Block][index % Block];

    public void Add(in FlowSummary flow)
    {
        if (Count % Block == 0) _blocks.Add(new FlowSummary[Block]);
        _blocks[^1][Count++ % Block] = flow;
    }

    public void Clear()
    {
        _blocks.Clear();
        Count = 0;
    }

    public FlowList Fork()
    {
        var fork = new FlowList { Count = Count };
        fork._blocks.AddRange(_blocks);
        if (Count % Block != 0) fork._blocks[^1] = (FlowSummary[])_blocks[^1].Clone();
        return fork;
    }
}
