using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>An input that gives no frames: its summary says why.</summary>
internal sealed class RefusedSource(string path, string format, long consumed, long? total, InputProblem[] problems) : IFrameSource
{
    public long BytesConsumed => consumed;

    public long? TotalBytes => total;

    public bool AddsInterfaces => false;

    public bool Read(FrameBatch batch)
    {
        batch.Clear();
        return false;
    }

    public InputSummary Describe() => new()
    {
        Path = path,
        Format = format,
        LinkTypes = [],
        Frames = 0,
        Bytes = 0,
        Problems = problems,
    };

    public void Dispose()
    {
    }
}
