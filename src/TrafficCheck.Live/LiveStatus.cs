using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Live;

/// <summary>A rate over some seconds.</summary>
/// <param name="AtUtc">The end of them.</param>
/// <param name="Drops">Frames dropped in them, wherever it is known.</param>
public sealed record RateSample(DateTimeOffset AtUtc, double FramesPerSecond, double BitsPerSecond, long Drops);

/// <summary>The matrix in force.</summary>
/// <param name="LoadedAtUtc">When it was read.</param>
/// <param name="ReloadError">Why the file as it is now was refused, so that an older one is still in force; null when it was not.</param>
public sealed record MatrixState(IReadOnlyList<string> Paths, int Rows, DateTimeOffset LoadedAtUtc, DateTimeOffset? ReloadFailedAtUtc = null, string? ReloadError = null);

/// <summary>Where alerts go, and how that goes.</summary>
/// <param name="Name">Such as <c>syslog udp 192.0.2.9:514</c> or <c>webhook https://alerts.example</c>; without secrets.</param>
/// <param name="Dropped">Alerts given up, because the queue was full or all tries failed.</param>
public sealed record ReceiverStatus(string Name, long Sent, long Waiting, long Dropped, string? LastError);

/// <summary>Evidence files: how many there are, what was left out, and the last error.</summary>
/// <param name="Skipped">Frames that should have been kept and were not: limits, a full disk, or gone before their flow was judged.</param>
public sealed record EvidenceStatus(string Folder, int Files, long Bytes, long Frames, long Skipped, string? LastError);

/// <summary>The last state written for a start after a crash.</summary>
public sealed record CheckpointStatus(string Folder, DateTimeOffset? WrittenAtUtc, string? LastError);

/// <summary>A file of the run that may be downloaded.</summary>
/// <param name="Kind"><c>report</c>, <c>flows</c> or <c>evidence</c>.</param>
/// <param name="Name">File name without folders: what a client asks for.</param>
public sealed record RunFile(string Kind, string Name, string Path, long Bytes, DateTimeOffset WrittenAtUtc);

/// <summary>Everything a person or another program may want to know of a live run, as one value. Text in it may come from captures and is not escaped.</summary>
public sealed record LiveStatus
{
    /// <summary>Grows with every status.</summary>
    public required long Sequence { get; init; }

    public required DateTimeOffset StartedAtUtc { get; init; }

    public required DateTimeOffset AtUtc { get; init; }

    public required IReadOnlyList<WatchedInterface> Interfaces { get; init; }

    public required long FramesRead { get; init; }

    public required long BytesRead { get; init; }

    /// <summary>Packet time of the last frame, in nanoseconds since 1970; null before the first.</summary>
    public long? LastFrameNs { get; init; }

    public required long LiveFlows { get; init; }

    public required long FlowsOpened { get; init; }

    /// <summary>Frames captured and not judged yet.</summary>
    public long FramesWaiting { get; init; }

    public required RateSample Rate { get; init; }

    /// <summary>Rates of the last minutes, oldest first, evenly spaced; bounded.</summary>
    public IReadOnlyList<RateSample> History { get; init; } = [];

    /// <summary>The whole run as it stood at <see cref="ReportAtUtc"/>; null before the first.</summary>
    public CheckReport? Report { get; init; }

    public DateTimeOffset? ReportAtUtc { get; init; }

    public required MatrixState Matrix { get; init; }

    /// <summary>What a person must know now: no frames arrive, frames are not judged, the matrix was refused, alerts fail. Sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public IReadOnlyList<ReceiverStatus> Receivers { get; init; } = [];

    public EvidenceStatus? Evidence { get; init; }

    public CheckpointStatus? Checkpoint { get; init; }

    public IReadOnlyList<RunFile> Files { get; init; } = [];

    /// <summary>The run ends: there will be no further status.</summary>
    public bool Ended { get; init; }

    /// <summary>Frames known to be dropped, anywhere.</summary>
    public long Drops => Interfaces.Sum(i => (i.KernelDrops ?? 0) + (i.InterfaceDrops ?? 0) + i.QueueDrops);
}
