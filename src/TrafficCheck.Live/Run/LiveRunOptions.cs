namespace TrafficCheck.Live.Run;

/// <summary>When a live run ends, and what it does at intervals. Times are those of the wall clock.</summary>
public sealed record LiveRunOptions
{
    /// <summary>A report for each period of this length; null for none.</summary>
    public TimeSpan? Rotate { get; init; }

    /// <summary>
    /// How often what waits is settled when nobody rotates: flows whose direction others may tell, tries that may be part of a scan. Between two settlements
    /// they take memory, so it cannot be for ever.
    /// </summary>
    public TimeSpan SettleEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The shortest time between two pictures of the whole run.</summary>
    public TimeSpan PictureEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The share of the judging thread's time that pictures may take; with many live flows they come less often.</summary>
    public double PictureShare { get; init; } = 0.03;

    /// <summary>The share of its time that the thread which builds them may spend on pictures, so that millions of flows do not take a whole processor.</summary>
    public double DeskShare { get; init; } = 0.3;

    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the run lasts; null for no end.</summary>
    public TimeSpan? For { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Frames to judge; null for no end.</summary>
    public long? Frames { get; init; }
}
