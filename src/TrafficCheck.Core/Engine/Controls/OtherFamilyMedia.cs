using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>
/// Media that calls of one address family announce at addresses of the other. The tables of the two take packets at different times, so a flow is not told
/// when it opens but when all have ended, by the times of announcement and flow. Bounded; what finds no room is counted.
/// </summary>
internal sealed class OtherFamilyMedia
{
    private const int MaxAnnouncements = 4096;

    private Dictionary<(byte Transport, IpAddress Address, ushort Port), List<Announcement>> _announced = [];

    /// <summary>The addresses of the other family that the ends of a call gave as theirs.</summary>
    private HashSet<(uint Control, IpAddress Address)> _ends = [];
    private int _count;

    public long NotKept { get; private set; }

    /// <summary>Whether a flow may be told by this once all is known: nothing that depends on what was announced so far.</summary>
    public static bool MayBe(in FlowSummary flow) => flow.Protocol == Ip.Udp && (Application)flow.Speech.Application == Application.Rtp;

    public OtherFamilyMedia Fork()
    {
        var fork = (OtherFamilyMedia)MemberwiseClone();
        fork._announced = _announced.ToDictionary(a => a.Key, a => new List<Announcement>(a.Value));
        fork._ends = [.. _ends];
        return fork;
    }

    /// <summary>Connections that announced what is still kept.</summary>
    public IEnumerable<uint> Controls => _announced.Values.SelectMany(a => a).Select(a => a.Value.Control);

    /// <summary>Forgets what may not begin any more since a time.</summary>
    public void Forget(long expiredBeforeNs)
    {
        foreach (var (key, known) in _announced.ToList())
        {
            _count -= known.RemoveAll(a => a.Value.ExpiresNs < expiredBeforeNs);
            if (known.Count == 0) _announced.Remove(key);
        }

        HashSet<uint> left = [.. Controls];
        _ends.RemoveWhere(e => !left.Contains(e.Control));
    }

    public void Add(in Expectation expectation, uint control, long timeNs)
    {
        var key = (expectation.Transport, expectation.ResponderAddress, expectation.ResponderPort);
        if (!_announced.TryGetValue(key, out List<Announcement>? known)) known = null;
        else if (known[^1] is var last && last.Value.Control == control && timeNs <= last.Value.ExpiresNs)
        {
            // Said again while it waits.
            known[^1] = last with { Value = last.Value with { ExpiresNs = Math.Max(last.Value.ExpiresNs, expectation.ExpiresNs) } };
            return;
        }

        if (_count == MaxAnnouncements)
        {
            NotKept++;
            return;
        }

        _count++;
        _ends.Add((control, expectation.ResponderAddress));
        if (known is null) _announced[key] = known = [];
        known.Add(new(expectation with { Control = control }, timeNs));
    }

    /// <summary>The latest announcement before the flow, of either of its ends.</summary>
    /// <param name="isGuess">Only one of the two hosts is known to be an end of the call.</param>
    public bool TryFind(in FlowSummary flow, out Expectation expectation, out bool isGuess)
    {
        expectation = default;
        isGuess = true;
        if (_count == 0 || !MayBe(in flow)) return false;
        long at = long.MinValue;
        foreach (bool high in (ReadOnlySpan<bool>)[false, true])
        {
            if (!_announced.TryGetValue((flow.Protocol, flow.Ends.Address(high), flow.Ends.Port(high)), out List<Announcement>? all)) continue;
            foreach (Announcement one in all)
            {
                if (one.TimeNs > flow.FirstNs || one.Value.ExpiresNs < flow.FirstNs || one.TimeNs < at) continue;
                (expectation, at) = (one.Value, one.TimeNs);
                isGuess = !_ends.Contains((one.Value.Control, flow.Ends.Address(!high)));
            }
        }

        return expectation.ResponderPort != 0;
    }

    private readonly record struct Announcement(Expectation Value, long TimeNs);
}
