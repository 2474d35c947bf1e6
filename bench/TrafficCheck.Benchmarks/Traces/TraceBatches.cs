using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks.Traces;

/// <summary>A trace as the batches that a capture reader would hand over, all in memory at once.</summary>
internal sealed class TraceBatches : IDisposable
{
    /// <summary>What a reader asks for in one read.</summary>
    private const int BatchSize = 1 << 18;

    private readonly List<FrameBatch> _batches = [];

    public TraceBatches(TraceSpec spec)
    {
        ushort number = Interfaces.Add(new CaptureInterface(0, 0, null, LinkType.Ethernet, (uint)spec.SnapLength));
        var trace = new TraceGenerator(spec);
        FrameBatch? batch = null;
        int used = 0;
        while (trace.MoveNext())
        {
            ReadOnlySpan<byte> frame = trace.Captured;
            if (batch is null || used + TraceFile.RecordHeaderLength + frame.Length > BatchSize)
            {
                _batches.Add(batch = new FrameBatch(BatchSize));
                used = 0;
            }

            // The gap is where a file has its record header, so that frames lie as they do in a block read from one.
            used += TraceFile.RecordHeaderLength;
            frame.CopyTo(batch.Block[used..]);
            batch.Reserve(1)[0] = new FrameDescriptor
            {
                TimestampNs = trace.Microseconds * 1000,
                Offset = used,
                CapturedLength = frame.Length,
                WireLength = (uint)trace.WireLength,
                Interface = number,
                LinkType = LinkType.Ethernet,
            };
            batch.Commit(1);
            used += frame.Length;
        }
    }

    public IReadOnlyList<FrameBatch> All => _batches;

    public CaptureInterfaces Interfaces { get; } = new();

    /// <summary>What a source would say of the trace.</summary>
    public InputSummary Describe() => new()
    {
        Path = "memory",
        Format = "memory",
        LinkTypes = [LinkType.Ethernet],
        Frames = _batches.Sum(batch => (long)batch.Count),
        Bytes = 0,
        Problems = [],
    };

    public void Dispose()
    {
        foreach (FrameBatch batch in _batches) batch.Dispose();
        _batches.Clear();
    }
}
