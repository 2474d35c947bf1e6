using System.Runtime.CompilerServices;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>Takes a flow from a tape.</summary>
/// <param name="ends">What was said of it when it was added.</param>
internal delegate void TapedFlow(in FlowSummary flow, bool ends);

/// <summary>Flows in the order in which they were added, packed, outside the managed heap: 96 bytes each for most of IPv4. Read once.</summary>
internal sealed unsafe class FlowTape : IDisposable
{
    /// <summary>Of the first block, and of the others.</summary>
    private const int FewBytes = 1 << 18, BlockBytes = 2 << 20;

    /// <summary>What stands before each flow: what it is, and what was said of it. As long as it is for the sake of alignment.</summary>
    private const int HeadBytes = 16;

    private readonly List<(PageMemory Memory, int Used)> _blocks = [];

    private enum Shape : byte
    {
        V4,
        V6,
        Whole,
    }

    public long Bytes { get; private set; }

    public void Add(in FlowSummary flow, bool ends)
    {
        if (PackedFlow.TryPack(in flow, out PackedFlow packed)) Add(Shape.V4, in packed, ends);
        else if (PackedV6Flow.TryPack(in flow, out PackedV6Flow packedV6)) Add(Shape.V6, in packedV6, ends);
        else Add(Shape.Whole, in flow, ends);
    }

    /// <summary>Hands over all flows in their order; the tape is empty then, and gives its memory back on the way.</summary>
    public void Take(TapedFlow take)
    {
        foreach (var (memory, used) in _blocks)
        {
            for (int at = 0; at < used;)
            {
                // SAFETY: records of a head and a flow of that shape, one behind the other, up to what is used.
                byte* record = memory.Start + at;
                bool ends = record[1] != 0;
                at += HeadBytes;
                switch ((Shape)record[0])
                {
                    case Shape.V4:
                        take(Unsafe.ReadUnaligned<PackedFlow>(record + HeadBytes).Unpack(), ends);
                        at += SizeOf<PackedFlow>();
                        break;
                    case Shape.V6:
                        take(Unsafe.ReadUnaligned<PackedV6Flow>(record + HeadBytes).Unpack(), ends);
                        at += SizeOf<PackedV6Flow>();
                        break;
                    default:
                        take(Unsafe.ReadUnaligned<FlowSummary>(record + HeadBytes), ends);
                        at += SizeOf<FlowSummary>();
                        break;
                }
            }

            memory.Dispose();
        }

        _blocks.Clear();
        Bytes = 0;
    }

    public void Dispose()
    {
        foreach (var (memory, _) in _blocks) memory.Dispose();
        _blocks.Clear();
    }

    private static int SizeOf<T>()
        where T : unmanaged => (sizeof(T) + HeadBytes - 1) & -HeadBytes;

    private void Add<T>(Shape shape, in T flow, bool ends)
        where T : unmanaged
    {
        int size = HeadBytes + SizeOf<T>();
        if (_blocks.Count == 0 || _blocks[^1].Used + size > (int)_blocks[^1].Memory.Bytes)
            _blocks.Add((PageMemory.Allocate((nuint)(_blocks.Count == 0 ? FewBytes : BlockBytes)), 0));
        var (memory, used) = _blocks[^1];

        // SAFETY: there is room for it in the block.
        byte* record = memory.Start + used;
        record[0] = (byte)shape;
        record[1] = ends ? (byte)1 : (byte)0;
        Unsafe.WriteUnaligned(record + HeadBytes, flow);
        _blocks[^1] = (memory, used + size);
        Bytes += size;
    }
}
