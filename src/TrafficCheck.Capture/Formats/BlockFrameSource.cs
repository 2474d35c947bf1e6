using System.Globalization;
using TrafficCheck.Capture.Feeds;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>Which input of the run a source reads, and where its interfaces are registered.</summary>
internal sealed record SourceOrigin(string Path, int Input, CaptureInterfaces Interfaces);

/// <summary>
/// The frame of all file readers: one large read straight into the batch, then a walk over the block. The record that the block cuts in
/// two is carried to the front of the next batch. Derived types walk; they see no file and no carry.
/// </summary>
internal abstract unsafe class BlockFrameSource : IFrameSource
{
    /// <summary>Bytes asked for in one read. Fewer cost more system calls, and more hand-overs between threads; measured in bench/README.md.</summary>
    public const int ReadSize = 1 << 19;

    /// <summary>Descriptors reserved at a time.</summary>
    protected const int RoomStep = 256;

    private const int SmallestRead = 4096;

    private readonly ByteFeed _feed;
    private readonly string _format;
    private byte[] _carry = [];
    private int _carryLength;
    private bool _ended;
    private bool _disposed;

    protected BlockFrameSource(SourceOrigin origin, ByteFeed feed, string format, ProblemLog problems, long offset)
    {
        Origin = origin;
        _feed = feed;
        _format = format + feed.Suffix;
        Problems = problems;
        BlockOffset = offset;
    }

    public long BytesConsumed => _feed.Consumed;

    public long? TotalBytes => _feed.Total;

    public virtual bool AddsInterfaces => false;

    protected SourceOrigin Origin { get; }

    protected ProblemLog Problems { get; }

    /// <summary>Offset in the decompressed input of the first byte of the block being walked.</summary>
    protected long BlockOffset { get; private set; }

    /// <summary>Set by a walk that stopped at a cut record: bytes it needs from that record's start to go on.</summary>
    protected int Needed { get; set; }

    /// <summary>Set by a walk that used up its block: bytes to pass over before the next one.</summary>
    protected long SkipAhead { get; set; }

    protected long Frames { get; private set; }

    /// <summary>Captured bytes of all frames.</summary>
    protected long FrameBytes { get; set; }

    /// <summary>Smallest and largest time so far.</summary>
    protected long FirstNs { get; set; } = long.MaxValue;

    protected long LastNs { get; set; } = long.MinValue;

    protected SortedSet<LinkType> LinkTypes { get; } = [];

    protected virtual long? DroppedFrames => null;

    public bool Read(FrameBatch batch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        batch.Clear();
        while (!_ended)
        {
            if (SkipAhead > 0 && !Skip(batch)) break;
            batch.Grow(Math.Max(Needed, _carryLength + SmallestRead), 0);
            _carry.AsSpan(0, _carryLength).CopyTo(batch.Block);
            int got = _feed.Read(batch.Block.Slice(_carryLength, Math.Min(ReadSize, batch.Capacity - _carryLength)));
            int length = _carryLength + got;

            // A pipe may deliver a few bytes a read. What the carried record still lacks is gathered before it is walked again, so that
            // its bytes are not copied once for each of these reads.
            for (int more = got; more > 0 && length < Needed; length += more) more = _feed.Read(batch.Block[length..Needed]);
            Needed = 0;
            int used = Walk(batch, length);
            Frames += batch.Count;
            BlockOffset += used;
            Keep(batch.Block[used..length]);
            if (got == 0 && !_ended && SkipAhead == 0) Finish(batch.Block[used..length]);
            if (batch.Count > 0) return true;
        }

        Complete();
        return false;
    }

    public InputSummary Describe() => new()
    {
        Path = Origin.Path,
        Format = _format,
        LinkTypes = [.. LinkTypes],
        Frames = Frames,
        Bytes = FrameBytes,
        FirstNs = FirstNs <= LastNs ? FirstNs : null,
        LastNs = FirstNs <= LastNs ? LastNs : null,
        DroppedFrames = DroppedFrames,
        Problems = Problems.ToArray(),
    };

    public void Dispose()
    {
        _disposed = true;
        _feed.Dispose();
    }

    /// <summary>
    /// Finds the frames in the first <paramref name="length"/> bytes of the batch and adds them.
    /// </summary>
    /// <returns>Bytes used; the rest begins with a record that goes on behind the block.</returns>
    protected abstract int Walk(FrameBatch batch, int length);

    /// <summary>Words the damage of an input that ends inside the record at <see cref="BlockOffset"/>, whose first bytes are given (never empty).</summary>
    protected abstract void ReportCut(ReadOnlySpan<byte> rest);

    /// <summary>Words the damage of an input that ends while <paramref name="missing"/> bytes of it had still to be passed over.</summary>
    protected virtual void ReportCutSkip(long missing)
    {
    }

    /// <summary>Ends the input here: what follows cannot be trusted.</summary>
    protected void Stop(string code, long offset, string message)
    {
        Problems.Damage(code, offset, message);
        Stop();
    }

    /// <summary>Ends the input here; the reason is in the log.</summary>
    protected void Stop() => _ended = true;

    /// <summary>A count in invariant digits, for messages.</summary>
    protected static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private bool Skip(FrameBatch batch)
    {
        batch.Grow(SmallestRead, 0);
        long passed = _feed.Skip(SkipAhead, batch.Block);
        BlockOffset += passed;
        SkipAhead -= passed;
        if (SkipAhead == 0) return true;
        if (_feed.Fault is not { } fault) ReportCutSkip(SkipAhead);
        else Report(fault, BlockOffset);
        _ended = true;
        return false;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (_ended) rest = [];
        if (rest.Length > _carry.Length) _carry = new byte[Math.Max(rest.Length, 2 * _carry.Length)];
        rest.CopyTo(_carry);
        _carryLength = rest.Length;
    }

    private void Finish(ReadOnlySpan<byte> rest)
    {
        _ended = true;
        if (_feed.Fault is { } fault) Report(fault, BlockOffset + rest.Length);
        else if (!rest.IsEmpty) ReportCut(rest);
    }

    private void Report(FeedFault fault, long offset) => Problems.Damage(fault.Code, offset, $"{fault.Message} It was read up to frame {Text(Frames)}.");

    private void Complete()
    {
        if (Frames > 0 || Problems.Damaged || Problems.Repeat(ProblemCodes.NoPackets, 0)) return;
        Problems.Damage(ProblemCodes.NoPackets, -1, "The file is a sound capture without any packet; check that the capture ran on the right interface.");
    }
}
