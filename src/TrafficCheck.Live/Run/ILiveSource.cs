using System.Diagnostics.CodeAnalysis;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Run;

/// <summary>Where the frames of a live run come from. <see cref="ReadRun"/> is called by one thread; everything else by any.</summary>
public interface ILiveSource : IDisposable
{
    /// <summary>The interfaces that frame descriptors refer to.</summary>
    CaptureInterfaces Registry { get; }

    /// <summary>Interfaces as they stand; may be asked twice a second.</summary>
    IReadOnlyList<WatchedInterface> Interfaces { get; }

    /// <summary>What a report says of the inputs, as things stand.</summary>
    IReadOnlyList<InputSummary> Summaries { get; }

    /// <summary>Frames that were captured and not handed out yet; an estimate.</summary>
    long FramesWaiting { get; }

    /// <summary>No frame will come any more: it was stopped, and everything captured was delivered.</summary>
    bool IsEnded { get; }

    /// <summary>Begins to capture.</summary>
    void Start();

    /// <summary>
    /// The next frames: <paramref name="count"/> of them (at least one) from <paramref name="start"/> in <paramref name="batch"/>, valid until the next call or as
    /// long as somebody holds the batch.
    /// </summary>
    /// <param name="most">Frames at most; a source may lose what is beyond, so it is for the last run.</param>
    /// <returns>False when none came within <paramref name="wait"/>, or at the end.</returns>
    bool ReadRun([NotNullWhen(true)] out FrameBatch? batch, out int start, out int count, TimeSpan wait, int most);

    /// <summary>Captures no more; frames already captured are still delivered.</summary>
    void Stop();
}
