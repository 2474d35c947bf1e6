using System.Diagnostics.CodeAnalysis;
using TrafficCheck.Capture.Feeds;
using TrafficCheck.Capture.Formats;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>
/// Many inputs delivered as one sequence merged by time, in runs of frames that lie one behind the other in one batch: nothing is copied.
/// The order inside one input is never changed; where times are equal the input given first comes first. An input is open only while its
/// frames are due, so a folder of consecutive files costs the memory of one. One thread at a time, except for the progress figures.
/// </summary>
public sealed class CaptureSet : IDisposable
{
    /// <summary>A read and the largest carried record fit; see <see cref="BlockFrameSource.ReadSize"/>.</summary>
    private const int LargestBatch = 1 << 20;

    /// <summary>Batches grow to what a single frame needs.</summary>
    private const int SmallestBatch = 1 << 14;

    private const int PeekBatch = 1 << 16;
    private const int SmallestRoom = 256;

    /// <summary>Descriptors of the usual read: 200 KB. Where frames are very short there are more, once.</summary>
    private const int LargestRoom = 1 << 13;

    /// <summary>Memory that is shared out in large batches; beyond it each further open input takes a smallest one.</summary>
    private const int BatchBudget = 1 << 26;

    private readonly Slot[] _slots;
    private readonly PriorityQueue<Slot, (long HeadNs, int Index)> _due = new();
    private readonly FrameBatchPool _pool;
    private readonly Stream? _standardInput;
    private volatile Slot? _current;
    private long _bytesConsumed;
    private long _batchBytes;
    private bool _scheduled;
    private bool _disposed;

    /// <param name="inputs">What to read, in the order in which <see cref="Summaries"/> lists it.</param>
    /// <param name="standardInput">What <c>-</c> reads, or null for the standard input of the process.</param>
    public CaptureSet(IReadOnlyList<CaptureInput> inputs, Stream? standardInput = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _standardInput = standardInput;
        _pool = new FrameBatchPool(NewBatch);
        _slots = [.. inputs.Select((input, index) => new Slot(input, index))];
        TotalBytes = inputs.Any(input => input.IsStandardInput) ? null : inputs.Sum(input => LengthOf(input.Path));
    }

    /// <summary>Interfaces of all inputs opened so far.</summary>
    public CaptureInterfaces Interfaces { get; } = new();

    /// <summary>One summary for each input in the order given; complete once <see cref="ReadRun"/> returned false.</summary>
    public IReadOnlyList<InputSummary> Summaries => [.. _slots.Select(Describe)];

    /// <summary>Bytes of the files on disk that are done. May be read by any thread.</summary>
    public long BytesConsumed => Volatile.Read(ref _bytesConsumed);

    /// <summary>Size of all files on disk, or null when an input is a stream.</summary>
    public long? TotalBytes { get; private set; }

    /// <summary>Whether all inputs met so far can be read once more: none is a stream.</summary>
    public bool CanReadAgain { get; private set; } = true;

    /// <summary>Inputs that hold a file handle and a batch now.</summary>
    internal int OpenInputs => _slots.Count(slot => slot.Ahead is not null);

    /// <summary>
    /// The next run: <paramref name="count"/> frames (at least one) from <paramref name="start"/> in <paramref name="batch"/>. They are valid until
    /// the next call, or as long as somebody holds the batch (<see cref="FrameBatch.Hold"/>).
    /// </summary>
    /// <returns>False when all inputs are at their end.</returns>
    public bool ReadRun([NotNullWhen(true)] out FrameBatch? batch, out int start, out int count)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_scheduled) ScheduleAll();
        if (_current is { } last)
        {
            _current = null;
            Reschedule(last);
        }

        while (_due.TryDequeue(out Slot? slot, out _))
        {
            // An input that was only peeked at is opened when its turn comes.
            if (slot.Ahead is null)
            {
                Open(slot, CaptureFile.Open(slot.Input.Path, slot.Index, Interfaces));
                Reschedule(slot);
                continue;
            }

            _current = slot;
            batch = slot.Batch!;
            start = slot.Next;
            slot.Next = RunEnd(slot);
            count = slot.Next - start;
            return true;
        }

        batch = null;
        start = count = 0;
        return false;
    }

    /// <summary>
    /// For threads that have nothing else to do: reads on in the input whose frames are due, a few batches ahead. Neither streams, which may have
    /// nothing to give for long, nor where it would change the numbers of interfaces.
    /// </summary>
    /// <returns>Whether there was something to read.</returns>
    public bool TryReadAhead() =>
        _current is { Ahead: { } ahead } && ahead.Source.TotalBytes is not null && !(ahead.Source.AddsInterfaces && _slots.Length > 1) && ahead.TryRead();

    public void Dispose()
    {
        _disposed = true;
        foreach (Slot slot in _slots)
        {
            slot.Ahead?.Dispose();
            slot.Batch?.Dispose();
            slot.Ahead = null;
            slot.Batch = null;
        }

        _pool.Dispose();
        _due.Clear();
        _current = null;
    }

    private int RunEnd(Slot slot)
    {
        ReadOnlySpan<FrameDescriptor> frames = slot.Batch!.Frames;
        if (!_due.TryPeek(out _, out (long HeadNs, int Index) rival)) return frames.Length;

        // The rival goes first at an equal time only when it was given first.
        bool winsTies = slot.Index < rival.Index;
        int end = slot.Next + 1;
        while (end < frames.Length && (frames[end].TimestampNs < rival.HeadNs || (winsTies && frames[end].TimestampNs == rival.HeadNs))) end++;
        return end;
    }

    /// <summary>Puts an open input back in line at its next frame, after reading on where its batch is used up; closes it at its end.</summary>
    private void Reschedule(Slot slot)
    {
        if (slot.Next == slot.Batch!.Count)
        {
            slot.Next = 0;
            slot.Batch = slot.Ahead!.Next(slot.Batch, out long consumed);
            Consume(slot, consumed);
            if (slot.Batch.Count == 0)
            {
                Close(slot);
                return;
            }
        }

        _due.Enqueue(slot, (slot.Batch.Frames[slot.Next].TimestampNs, slot.Index));
    }

    private void ScheduleAll()
    {
        _scheduled = true;
        if (_slots is [{ Input.IsStandardInput: false } only])
        {
            // Nothing to compare it with: it need not be opened twice.
            _due.Enqueue(only, (long.MinValue, 0));
            return;
        }

        using var scratch = new FrameBatch(PeekBatch, SmallestRoom);
        foreach (Slot slot in _slots) Schedule(slot, scratch);
    }

    /// <summary>Learns when an input begins. A file is closed again until it is due; what can be read only once stays open.</summary>
    private void Schedule(Slot slot, FrameBatch scratch)
    {
        if (slot.Input.IsStandardInput)
        {
            Open(slot, CaptureFile.Open(_standardInput ?? Console.OpenStandardInput(), CaptureInput.StandardInput, slot.Index, Interfaces));
            Reschedule(slot);
            return;
        }

        if (FileFeed.TryOpen(slot.Input.Path, out FileFeed? feed, out _) && !feed.CanRewind)
        {
            TotalBytes = null;
            Open(slot, CaptureFile.Open(feed, new SourceOrigin(slot.Input.Path, slot.Index, Interfaces)));
            Reschedule(slot);
            return;
        }

        // The interfaces met here are met again when the file is read.
        var passing = new CaptureInterfaces();
        using IFrameSource peeked = feed is null
            ? CaptureFile.Open(slot.Input.Path, slot.Index, passing)
            : CaptureFile.Open(feed, new SourceOrigin(slot.Input.Path, slot.Index, passing));
        if (peeked.Read(scratch))
        {
            _due.Enqueue(slot, (scratch.Frames[0].TimestampNs, slot.Index));
            return;
        }

        slot.Summary = peeked.Describe();
        Consume(slot, peeked.TotalBytes ?? peeked.BytesConsumed);
    }

    private void Open(Slot slot, IFrameSource source)
    {
        slot.Ahead = new ReadAhead(source, _pool);
        if (source.TotalBytes is null) CanReadAgain = false;
        slot.Next = 0;
        slot.Batch = _pool.Take();
    }

    private FrameBatch NewBatch()
    {
        FrameBatch batch = _batchBytes < BatchBudget ? new FrameBatch(LargestBatch, LargestRoom) : new FrameBatch(SmallestBatch, SmallestRoom);
        _batchBytes += batch.Capacity;
        return batch;
    }

    private void Close(Slot slot)
    {
        IFrameSource source = slot.Ahead!.Source;
        slot.Summary = source.Describe();
        Consume(slot, source.TotalBytes ?? source.BytesConsumed);
        slot.Ahead.Dispose();
        slot.Ahead = null;
        _pool.Return(slot.Batch!);
        slot.Batch = null;
    }

    private void Consume(Slot slot, long upTo)
    {
        Volatile.Write(ref _bytesConsumed, _bytesConsumed + upTo - slot.Consumed);
        slot.Consumed = upTo;
    }

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        try
        {
            return file.Exists ? (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Opening it will meet the same trouble and word it; for the progress figures it counts nothing.
            return 0;
        }
    }

    private static InputSummary Describe(Slot slot) => slot.Summary ?? slot.Ahead?.Source.Describe() ?? new InputSummary
    {
        Path = slot.Input.Path,
        Format = "unread",
        LinkTypes = [],
        Frames = 0,
        Bytes = 0,
        Problems = [],
    };

    private sealed class Slot(CaptureInput input, int index)
    {
        public CaptureInput Input { get; } = input;

        public int Index { get; } = index;

        /// <summary>Of an input that is open. Other threads look at it.</summary>
        public volatile ReadAhead? Ahead;

        public FrameBatch? Batch { get; set; }

        public int Next { get; set; }

        public InputSummary? Summary { get; set; }

        public long Consumed { get; set; }
    }
}
