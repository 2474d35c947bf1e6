using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Explain;

/// <summary>What tells the flows apart that one question means: the VLAN where it is part of the key, and type and code of ICMP.</summary>
internal readonly record struct LifeKey(ushort Vlan, ushort Icmp);

/// <summary>
/// The lives of the flows that are meant: one key may have several, one after the other. A frame belongs to the last that opened with it or
/// before it. Bounded: the first lives in the order in which they end are known, and of these the first to open are told.
/// </summary>
internal sealed class FlowLives
{
    /// <summary>Lives that are told.</summary>
    public const int Told = 20;

    private const int Known = 100_000;

    private readonly List<(long FirstFrame, LifeKey Key)> _all = [];
    private readonly Dictionary<LifeKey, List<long>> _starts = [];
    private List<(long FirstFrame, LifeKey Key)> _told = [];

    /// <summary>Lives seen.</summary>
    public long Count { get; private set; }

    public int ToldCount => _told.Count;

    public void Add(long firstFrame, LifeKey key)
    {
        Count++;
        if (_all.Count < Known) _all.Add((firstFrame, key));
    }

    /// <summary>All lives are there.</summary>
    public void Close()
    {
        _all.Sort((a, b) => (a.FirstFrame, a.Key.Vlan, a.Key.Icmp).CompareTo((b.FirstFrame, b.Key.Vlan, b.Key.Icmp)));
        _told = [.. _all.Take(Told)];
        foreach (var (frame, key) in _all)
        {
            ref List<long>? starts = ref CollectionsMarshal.GetValueRefOrAddDefault(_starts, key, out _);
            (starts ??= []).Add(frame);
        }
    }

    /// <summary>The life among those told that a frame belongs to, or -1.</summary>
    public int Of(long frame, LifeKey key)
    {
        if (!_starts.TryGetValue(key, out List<long>? starts)) return -1;
        int at = starts.BinarySearch(frame);
        if (at < 0) at = ~at - 1;
        return at < 0 ? -1 : _told.IndexOf((starts[at], key));
    }
}
