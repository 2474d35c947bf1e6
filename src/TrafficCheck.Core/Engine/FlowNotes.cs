using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>Notes of the live flows that have one, by number from 1. A number is free again when its flow ends.</summary>
internal sealed class FlowNotes
{
    private const int Block = 4096;

    private readonly List<FlowNote[]> _blocks = [];
    private readonly Stack<uint> _free = [];
    private uint _used = 1;

    /// <summary>The note of a flow, which gets one if it has none.</summary>
    public ref FlowNote Of(ref FlowSpeech speech)
    {
        if (speech.Note == 0)
        {
            speech.Note = _free.TryPop(out uint free) ? free : _used++;
            if (speech.Note / Block >= _blocks.Count) _blocks.Add(new FlowNote[Block]);
        }

        return ref At(speech.Note);
    }

    /// <summary>The notes of live flows, in no order.</summary>
    public IEnumerable<FlowNote> Live => _blocks.SelectMany(b => b).Where(n => (n.Name | n.Control | n.Parent) != 0);

    public ref FlowNote At(uint number) => ref _blocks[(int)(number / Block)][number % Block];

    /// <summary>The flow ended: gives its note and frees the number.</summary>
    public FlowNote Take(uint number)
    {
        ref FlowNote note = ref At(number);
        FlowNote taken = note;
        note = default;
        _free.Push(number);
        return taken;
    }
}
