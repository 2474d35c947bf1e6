namespace TrafficCheck.Core.Wire;

public enum ProblemSeverity
{
    /// <summary>Worth saying; every frame of the input was delivered.</summary>
    Note,

    /// <summary>The input could not be read whole: something in it is missing from the result.</summary>
    Damage,
}

/// <summary>What a source found wrong with its input.</summary>
/// <param name="Code">Stable lower-case name, such as <c>truncated-record</c>.</param>
/// <param name="ByteOffset">Offset in the (decompressed) input, or -1 where it has none.</param>
/// <param name="Message">One sentence for a person: the cause, and what to do where something can be done.</param>
/// <param name="Count">How many times it happened; offset and message are those of the first.</param>
public sealed record InputProblem(ProblemSeverity Severity, string Code, long ByteOffset, string Message, long Count = 1);

/// <summary>One input of a run, after it was read.</summary>
public sealed record InputSummary
{
    /// <summary>Path as the user gave it or as found in the folder given; <c>-</c> for standard input.</summary>
    public required string Path { get; init; }

    /// <summary>Format word, such as <c>pcap</c>, <c>pcap-ns</c>, <c>pcapng</c>, <c>snoop</c>, with <c>+gz</c> or <c>+zst</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Link types seen, in ascending order.</summary>
    public required IReadOnlyList<LinkType> LinkTypes { get; init; }

    public required long Frames { get; init; }

    /// <summary>Of <see cref="Frames"/>, those that a filter (<c>--filter</c>) kept from the engine.</summary>
    public long FramesFilteredOut { get; init; }

    /// <summary>Captured bytes of all frames.</summary>
    public required long Bytes { get; init; }

    /// <summary>Smallest and largest frame time in nanoseconds since 1970, or null without frames.</summary>
    public long? FirstNs { get; init; }

    public long? LastNs { get; init; }

    /// <summary>Frames that the capturing system says it dropped, or null where it says nothing.</summary>
    public long? DroppedFrames { get; init; }

    public required IReadOnlyList<InputProblem> Problems { get; init; }

    /// <summary>Not read whole, or without packets.</summary>
    public bool Damaged => Problems.Any(p => p.Severity == ProblemSeverity.Damage);

    /// <summary>A sound capture without any packet: nothing of it is missing, and nothing can be said of it.</summary>
    public bool IsEmpty => Damaged && Problems.All(p => p.Severity != ProblemSeverity.Damage || p.Code == NoPackets);

    /// <summary>Code of the problem that a sound capture holds no packet.</summary>
    public const string NoPackets = "no-packets";
}
