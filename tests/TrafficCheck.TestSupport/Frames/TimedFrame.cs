using TrafficCheck.Core.Wire;

namespace TrafficCheck.TestSupport.Frames;

/// <summary>A frame with its time and lengths, as a capture holds it.</summary>
/// <param name="TimestampNs">Nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Bytes">The captured bytes.</param>
/// <param name="WireLength">Bytes on the link.</param>
public sealed record TimedFrame(long TimestampNs, byte[] Bytes, uint WireLength, LinkType LinkType)
{
    /// <summary>The same frame cut to <paramref name="snapLength"/> bytes.</summary>
    public TimedFrame Cut(int snapLength) => Bytes.Length <= snapLength ? this : this with { Bytes = Bytes[..snapLength] };

    /// <summary>All frames by time; equal times keep the order in which they were given.</summary>
    public static IReadOnlyList<TimedFrame> Merge(params IEnumerable<IEnumerable<TimedFrame>> sources) =>
        [.. sources.SelectMany(f => f).OrderBy(f => f.TimestampNs)];
}
