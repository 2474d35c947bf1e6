namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// Since when the capture has been watching without a gap, in packet time. A flow first seen soon after may be older than the capture. An
/// input that begins after a silence starts a new watch: who recorded the morning and the evening did not see what began at noon. An input
/// that goes on where another stopped does not, so that a capture split into files gives the same result as the whole.
/// </summary>
internal struct ObservationStart
{
    /// <summary>The shortest idle time of a flow: a silence shorter than this hides no beginning.</summary>
    public const long SilenceNs = 60_000_000_000;

    private long _lastNs;
    private List<bool>? _entered;

    public long SinceNs { get; private set; }

    /// <summary>Called when frames of another input than before are about to be read.</summary>
    public void Enter(int input, long firstNs)
    {
        bool firstOfAll = _entered is null;
        _entered ??= [];
        while (_entered.Count <= input) _entered.Add(false);
        if (_entered[input]) return;
        _entered[input] = true;
        if (firstOfAll || firstNs - _lastNs > SilenceNs) SinceNs = firstNs;
    }

    public void Saw(long timestampNs) => _lastNs = Math.Max(_lastNs, timestampNs);
}
