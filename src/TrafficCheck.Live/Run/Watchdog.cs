using System.Globalization;

namespace TrafficCheck.Live.Run;

/// <summary>Notices what a quiet screen would hide: frames that stopped arriving, frames that are not judged, an interface that is down, loss.</summary>
internal sealed class Watchdog(TimeProvider time)
{
    /// <summary>No frame for so long is worth a word; a SPAN port is hardly ever silent.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(30);

    /// <summary>The judging thread comes round many times a second; a long look at millions of flows takes some seconds.</summary>
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(10);

    /// <summary>Loss is said as long as it is this fresh.</summary>
    private static readonly TimeSpan s_lossIsFresh = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, (long Frames, long At)> _seen = new(StringComparer.Ordinal);
    private long _rounds = -1, _roundsAt, _drops, _dropsAt;
    private bool _lost;

    /// <param name="rounds">Counts how often the judging thread came round.</param>
    /// <returns>Sentences, none when all is well.</returns>
    public IReadOnlyList<string> Look(LiveStatus status, long rounds)
    {
        long now = time.GetTimestamp();
        if (rounds != _rounds) (_rounds, _roundsAt) = (rounds, now);
        if (status.Drops > _drops) (_dropsAt, _lost) = (now, true);
        _drops = status.Drops;
        var warnings = new List<string>();
        if (status.Ended) return warnings;
        TimeSpan stalled = time.GetElapsedTime(_roundsAt, now);
        foreach (WatchedInterface i in status.Interfaces)
        {
            if (!_seen.TryGetValue(i.Name, out var seen) || seen.Frames != i.FramesRead) _seen[i.Name] = seen = (i.FramesRead, now);
            if (i.State != "up")
            {
                _seen[i.Name] = (i.FramesRead, now);
                warnings.Add($"{i.Name} is {i.State}: nothing is captured from it; it is tried again all the time");
                continue;
            }

            // One leg of a tap that has gone quiet is half of every conversation. Frames that wait to be judged have arrived.
            TimeSpan silent = time.GetElapsedTime(seen.At, now);
            if (silent >= s_silence && status.FramesWaiting == 0 && stalled < s_stall)
                warnings.Add(Text($"no frame has arrived on {i.Name} for {silent.TotalSeconds:0} s: is the mirror still set up?"));
        }

        if (stalled >= s_stall)
            warnings.Add(Text($"frames have not been judged for {stalled.TotalSeconds:0} s; {status.FramesWaiting} wait, and what finds no room is dropped and counted"));
        if (_lost && time.GetElapsedTime(_dropsAt, now) < s_lossIsFresh)
            warnings.Add(Text($"frames are being lost, {status.Drops} so far: see the counters of the interfaces"));
        if (status.Matrix.ReloadError is { } error) warnings.Add($"the matrix could not be read again, the one from before is still in force: {error}");
        if (status.Checkpoint?.LastError is { } checkpoint) warnings.Add($"the state could not be written to {status.Checkpoint.Folder}: {checkpoint}");
        if (status.Evidence?.LastError is { } evidence) warnings.Add($"evidence could not be written to {status.Evidence.Folder}: {evidence}");
        foreach (ReceiverStatus receiver in status.Receivers)
        {
            if (receiver.LastError is { } failed) warnings.Add($"alerts to {receiver.Name} fail: {failed}");
        }

        return warnings;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
