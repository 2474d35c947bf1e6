namespace TrafficCheck.Live.Evidence;

/// <summary>
/// Counts new flows that have something in common, within a minute: of a flood or scan some hundreds are evidence enough, and a million of them must not
/// push out what was kept of others. Constant memory; what shares a place restarts its count.
/// </summary>
internal sealed class LikeFlows
{
    private const int Bits = 15;
    private const uint SecondsOfWindow = 60;

    private readonly Place[] _places = new Place[1 << Bits];

    /// <summary>New flows of a kind that are admitted within a minute.</summary>
    public const int Allowance = 256;

    public bool Admits((ulong Socket, ulong Sweep, ulong Pair) likeness, uint second)
    {
        uint window = second / SecondsOfWindow;
        bool socket = Count(likeness.Socket, window), sweep = Count(likeness.Sweep, window), pair = Count(likeness.Pair, window);
        return socket && sweep && pair;
    }

    private bool Count(ulong key, uint window)
    {
        ref Place place = ref _places[key >> (64 - Bits)];
        uint tag = (uint)key;
        if (place.Tag != tag || place.Window != window) place = new() { Tag = tag, Window = window };
        return ++place.Count <= Allowance;
    }

    private struct Place
    {
        public uint Tag, Window, Count;
    }
}
