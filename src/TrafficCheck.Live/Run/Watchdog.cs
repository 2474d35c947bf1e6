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

    private readonly long _start = time.GetTimestamp();
    private long _frames = -1, _framesAt, _rounds = -1, _roundsAt, _drops, _dropsAt;
    private bool _lost;

    /// <param name="rounds">Counts how often the judging thread came round.</param>
    /// <returns>Sentences, none when all is well.</returns>
    public IReadOnlyList<string> Look(LiveStatus status, long rounds)
    {
        long now = time.GetTimestamp();
        if (status.FramesRead != _frames) (_frames, _framesAt) = (status.FramesRead, now);
        if (rounds != _rounds) (_rounds, _roundsAt) = (rounds, now);
        if (status.Drops > _drops) (_drops, _dropsAt, _lost) = (status.Drops, now, true);
        var warnings = new List<string>();
        if (status.Ended) return warnings;
        foreach (WatchedInterface i in status.Interfaces)
        {
            if (i.State != "up") warnings.Add($"{i.Name} is {i.State}: nothing is captured from it; it is tried again all the time");
        }

        TimeSpan silent = time.GetElapsedTime(_framesAt, now), stalled = time.GetElapsedTime(_roundsAt, now);
        if (silent >= s_silence && time.GetElapsedTime(_start, now) >= s_silence)
            warnings.Add(Text($"no frame has arrived for {silent.TotalSeconds:0} s: is the mirror still set up?"));
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
