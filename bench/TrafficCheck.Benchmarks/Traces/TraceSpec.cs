namespace TrafficCheck.Benchmarks.Traces;

/// <summary>What decides a trace to the byte.</summary>
/// <param name="Name">How the ladder names it.</param>
/// <param name="Frames">Frames in all.</param>
/// <param name="LiveConversations">Conversations that go on side by side; one that ends is followed by another.</param>
/// <param name="SnapLength">Bytes kept of each frame.</param>
/// <param name="Seed">Another seed gives another trace of the same mix.</param>
internal sealed record TraceSpec(string Name, long Frames, int LiveConversations, int SnapLength, ulong Seed)
{
    public const string HeadersName = "headers", FullName = "full";

    /// <summary>A tenth of the trace that the whole-program comparison reads, with as many live conversations: the flow table does not fit the cache.</summary>
    private static readonly TraceSpec s_headers = new(HeadersName, 2_000_000, 200_000, 96, 2);

    private static readonly TraceSpec s_full = new(FullName, 400_000, 40_000, 65535, 1);

    /// <summary>Traces shrink to this many frames for a dry run; null for measurements.</summary>
    public static long? FrameLimit { get; set; }

    public static TraceSpec Of(string name)
    {
        TraceSpec spec = name switch
        {
            HeadersName => s_headers,
            FullName => s_full,
            _ => throw new ArgumentException($"There is no trace '{name}': {HeadersName} and {FullName} are known.", nameof(name)),
        };
        if (FrameLimit is not { } limit || limit >= spec.Frames) return spec;
        return spec with { Frames = limit, LiveConversations = (int)Math.Max(1, spec.LiveConversations * limit / spec.Frames) };
    }
}
