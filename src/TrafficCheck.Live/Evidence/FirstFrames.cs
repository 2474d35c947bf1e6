using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>
/// Keeps the first frames of every flow, as copies, in a ring: the oldest go when it is full. How many of a flow are kept already is counted in a table of
/// fixed size, in which a flow that was idle longest gives way. Memory outside the managed heap, taken from the system as it is used. Packet time is the
/// only clock. One thread.
/// </summary>
internal sealed unsafe class FirstFrames : IDisposable
{
    /// <summary>Slots of a set, which fit two cache lines.</summary>
    private const int Ways = 5, SetBytes = 128;

    /// <summary>A flow that was silent this long, or begins anew after <see cref="RestartSeconds"/>, is another one: ports are used again.</summary>
    private const uint IdleSeconds = 300, RestartSeconds = 2;

    /// <summary>Frames that go within this time could not wait for their flow to be judged.</summary>
    private const long PressureNs = 60_000_000_000;

    private readonly int _perFlow;
    private readonly long _frameMask, _bytes;
    private readonly ulong _setMask;
    private StoredFrame* _frames;
    private byte* _data, _slots;
    private long _first, _next, _position;
    private bool _inOrder = true, _wrapped;

    public FirstFrames(EvidenceOptions options)
    {
        _perFlow = options.FramesPerFlow;
        long frames = 1024;
        while (frames * 2 * sizeof(StoredFrame) <= options.StoreBytes / 4) frames *= 2;
        _frameMask = frames - 1;
        _bytes = Math.Max(1 << 20, options.StoreBytes - (frames * sizeof(StoredFrame)));
        ulong sets = 64;
        while (sets * Ways < (ulong)options.MostFlows) sets *= 2;
        _setMask = sets - 1;
        _frames = (StoredFrame*)NativeMemory.Alloc((nuint)frames, (nuint)sizeof(StoredFrame));
        _data = (byte*)NativeMemory.Alloc((nuint)_bytes);
        void* slots = NativeMemory.AlignedAlloc((nuint)sets * SetBytes, SetBytes);
        NativeMemory.Clear(slots, (nuint)sets * SetBytes);
        _slots = (byte*)slots;
    }

    ~FirstFrames() => Free();

    /// <summary>Frames in the store.</summary>
    public long Count => _next - _first;

    public LikeFlows Like { get; } = new();

    public void Prefetch(ulong flow)
    {
        if (!Sse.IsSupported) return;
        byte* set = SetOf(flow);
        Sse.Prefetch0(set);
        Sse.Prefetch0(set + 64);
    }

    /// <summary>Counts a frame of a flow.</summary>
    /// <param name="begins">It opens a connection.</param>
    /// <param name="isNew">The flow was not known, or begins again.</param>
    /// <returns>Whether the frame is one of the first.</returns>
    public bool IsFirst(ulong flow, long timestampNs, bool begins, out bool isNew)
    {
        uint second = SecondOf(timestampNs);
        Slot* slot = Find(flow, out Slot* oldest);
        if (slot == null)
        {
            slot = oldest;
            *slot = new() { Flow = flow, Head = -1 };
        }
        else if (slot->Count > 0 && second > slot->Second && (second - slot->Second > IdleSeconds || (begins && second - slot->Second >= RestartSeconds)))
        {
            slot->Count = 0;
        }

        slot->Second = second;
        isNew = slot->Count == 0;
        if (slot->Count >= _perFlow) return false;
        slot->Count++;
        return true;
    }

    /// <summary>Nothing more is kept of a flow that was just counted.</summary>
    public void Decline(ulong flow)
    {
        Slot* slot = Find(flow, out _);
        if (slot != null) slot->Count = (uint)_perFlow;
    }

    /// <summary>The store is full of frames that came within the last minute.</summary>
    public bool IsPressed(long timestampNs) => _wrapped && _next > _first && timestampNs - _frames[_first & _frameMask].TimestampNs < PressureNs;

    /// <summary>Copies a frame.</summary>
    /// <returns>False when it is larger than the store.</returns>
    public bool Add(ulong flow, long number, byte* bytes, in FrameDescriptor descriptor)
    {
        int length = descriptor.CapturedLength;
        if (length > _bytes) return false;
        long position = _position;
        if ((position % _bytes) + length > _bytes) position += _bytes - (position % _bytes); // in one piece
        while (_next > _first && (_next - _first > _frameMask || position + length - _frames[_first & _frameMask].Position > _bytes))
        {
            _first++;
            _wrapped = true;
        }

        if (_next > _first && number < _frames[(_next - 1) & _frameMask].Number) _inOrder = false;
        Slot* slot = Find(flow, out _);
        ref StoredFrame frame = ref _frames[_next & _frameMask];
        frame = new()
        {
            Number = number,
            TimestampNs = descriptor.TimestampNs,
            Flow = flow,
            Position = position,
            Previous = slot == null ? -1 : slot->Head,
            WireLength = descriptor.WireLength,
            CapturedLength = length,
            Interface = descriptor.Interface,
            LinkType = descriptor.LinkType,
        };
        if (slot != null) slot->Head = _next;

        // SAFETY: the place was freed above and ends inside the block.
        Buffer.MemoryCopy(bytes, _data + (position % _bytes), length, length);
        _position = position + length;
        _next++;
        return true;
    }

    /// <summary>Finds a frame by its number.</summary>
    public bool TryFind(long number, out StoredFrame frame)
    {
        long low = _first, high = _next;
        if (_inOrder)
        {
            while (low < high)
            {
                long middle = low + ((high - low) / 2);
                if (_frames[middle & _frameMask].Number < number) low = middle + 1;
                else high = middle;
            }
        }
        else
        {
            while (low < high && _frames[low & _frameMask].Number != number) low++;
        }

        frame = low < _next ? _frames[low & _frameMask] : default;
        return low < _next && frame.Number == number;
    }

    /// <summary>Adds the frames of a flow from a number on, as far as they are kept, the first ones first.</summary>
    public void AddFramesOf(ulong flow, long fromNumber, List<StoredFrame> to)
    {
        const int MostSteps = 256;
        Slot* slot = Find(flow, out _);
        int begin = to.Count;
        long at = slot == null ? -1 : slot->Head;
        for (int steps = 0; at >= _first && steps < MostSteps; steps++)
        {
            ref StoredFrame frame = ref _frames[at & _frameMask];
            if (frame.Flow != flow || frame.Number < fromNumber) break;
            to.Add(frame);
            at = frame.Previous;
        }

        to.Reverse(begin, to.Count - begin);
        if (to.Count - begin > _perFlow) to.RemoveRange(begin + _perFlow, to.Count - begin - _perFlow);
    }

    /// <summary>The bytes of a frame that <see cref="TryFind"/> or <see cref="AddFramesOf"/> gave, until the next is added.</summary>
    public ReadOnlySpan<byte> BytesOf(in StoredFrame frame) => new(_data + (frame.Position % _bytes), frame.CapturedLength);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    public static uint SecondOf(long timestampNs) => (uint)Math.Clamp(timestampNs / 1_000_000_000, 0, uint.MaxValue);

    private byte* SetOf(ulong flow) => _slots + ((flow >> 20 & _setMask) * SetBytes);

    /// <param name="oldest">A free slot of its set, or the one that was idle longest.</param>
    private Slot* Find(ulong flow, out Slot* oldest)
    {
        var slot = (Slot*)SetOf(flow);
        oldest = slot;
        for (int way = 0; way < Ways; way++, slot++)
        {
            if (slot->Flow == flow) return slot;
            if (slot->Second < oldest->Second) oldest = slot;
        }

        return null;
    }

    private void Free()
    {
        // SAFETY: null after the first call; nobody reads a store that was disposed of.
        NativeMemory.Free(_frames);
        NativeMemory.Free(_data);
        NativeMemory.AlignedFree(_slots);
        _frames = null;
        _data = _slots = null;
    }

    private struct Slot
    {
        public ulong Flow;
        public long Head;
        public uint Second, Count;
    }
}
