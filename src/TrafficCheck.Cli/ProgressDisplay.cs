using System.Diagnostics;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli;

/// <summary>One line on standard error, rewritten twice a second, and wiped at the end.</summary>
internal sealed class ProgressDisplay(TextWriter? terminal, Func<(long Done, long? Total)> bytes) : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _due = s_interval;
    private bool _shown;

    public void Tick(long frames)
    {
        if (terminal is null) return;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed < _due) return;
        _due = elapsed + s_interval;
        _shown = true;
        var (done, total) = bytes();
        terminal.Write("\r\x1b[K" + ProgressLine.Format(done, total, frames, elapsed));
    }

    public void Dispose()
    {
        if (_shown) terminal?.Write("\r\x1b[K");
    }
}
