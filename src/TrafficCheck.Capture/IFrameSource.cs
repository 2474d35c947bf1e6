using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>
/// Delivers the frames of one input in the order of the input, a batch at a time. Bad content never throws: it ends up in
/// <see cref="InputSummary.Problems"/>, and what was readable is delivered. One thread at a time.
/// </summary>
public interface IFrameSource : IDisposable
{
    /// <summary>
    /// Clears <paramref name="batch"/> and fills it with the next frames. The source keeps no reference to it, so a batch may go to
    /// another thread while the next one is filled.
    /// </summary>
    /// <returns>False at the end of the input, with an empty batch.</returns>
    bool Read(FrameBatch batch);

    /// <summary>What is known so far; complete once <see cref="Read"/> returned false.</summary>
    InputSummary Describe();

    /// <summary>Bytes taken from the file on disk (compressed bytes for a compressed file).</summary>
    long BytesConsumed { get; }

    /// <summary>Size of the file on disk, or null for streams.</summary>
    long? TotalBytes { get; }

    /// <summary>Whether interfaces may come up behind the beginning of the input, so that their numbers in the run depend on when it is read.</summary>
    bool AddsInterfaces { get; }
}
