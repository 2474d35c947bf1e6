using System.Text;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Terminal;

/// <summary>
/// Shows a run on standard error, on a thread of its own: a screen that is drawn anew with every status where there is a terminal, and lines where there is
/// none. A terminal that does not take what is written holds up nothing but this.
/// </summary>
public sealed class LiveDisplay : IDisposable
{
    private const string EnterScreen = "\x1b[?1049h\x1b[?25l", LeaveScreen = "\x1b[?25h\x1b[?1049l", Home = "\x1b[H", ClearLine = "\x1b[K", ClearBelow = "\x1b[J";

    /// <summary>A line at least so often where there is no terminal.</summary>
    private static readonly TimeSpan s_lineEvery = TimeSpan.FromSeconds(60);

    /// <summary>How long a terminal may take for the last status.</summary>
    private static readonly TimeSpan s_lastStatus = TimeSpan.FromMilliseconds(500);

    /// <summary>New findings that are told in lines between two of those; the others are counted.</summary>
    private const int MostFindings = 10, MostRemembered = 50_000;

    private readonly LiveFeed _feed;
    private readonly TextWriter _terminal;
    private readonly bool _isTerminal, _color;
    private readonly Func<(int Width, int Height)> _size;
    private readonly CancellationTokenSource _cancel = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private readonly Task _task;
    private DateTimeOffset _lineAt = DateTimeOffset.MinValue;

    private LiveDisplay(LiveFeed feed, TextWriter terminal, bool isTerminal, bool color, Func<(int Width, int Height)> size)
    {
        (_feed, _terminal, _isTerminal, _color, _size) = (feed, terminal, isTerminal, color, size);
        _task = Task.Run(RunAsync);
    }

    /// <param name="size">Columns and lines of the terminal; asked for each picture, because windows are resized.</param>
    public static LiveDisplay Start(LiveFeed feed, TextWriter terminal, bool isTerminal, bool color, Func<(int Width, int Height)> size) =>
        new(feed, terminal, isTerminal, color, size);

    /// <summary>Ends the display and gives the screen back as it was.</summary>
    public void Dispose()
    {
        // The last status is told before it ends: it has the last counts.
        if (!_feed.Current.Ended || !_task.Wait(s_lastStatus)) _cancel.Cancel();
        _task.Wait(s_lastStatus);
        _cancel.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            if (_isTerminal) await _terminal.WriteAsync(EnterScreen).ConfigureAwait(false);
            long known = -1;
            while (true)
            {
                LiveStatus status = await _feed.NextAsync(known, _cancel.Token).ConfigureAwait(false);
                known = status.Sequence;
                if (_isTerminal) await DrawAsync(status).ConfigureAwait(false);
                else await TellAsync(status).ConfigureAwait(false);
                if (status.Ended) break;
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (IOException)
        {
            // Nobody looks any more; the run goes on.
        }
        finally
        {
            if (_isTerminal) _terminal.Write(LeaveScreen);
        }
    }

    private async Task DrawAsync(LiveStatus status)
    {
        (int width, int height) = _size();
        if (width <= 0 || height <= 0) (width, height) = (80, 24);
        var screen = new StringBuilder(Home);

        // One column stays free: a terminal wraps after the last.
        foreach (string line in TerminalView.Render(status, width - 1, height, _color)) screen.Append(line).Append(ClearLine).Append("\r\n");
        screen.Length -= 2;
        screen.Append(ClearBelow);
        await _terminal.WriteAsync(screen).ConfigureAwait(false);
        await _terminal.FlushAsync().ConfigureAwait(false);
    }

    private async Task TellAsync(LiveStatus status)
    {
        foreach (string warning in status.Warnings)
        {
            // Figures in a warning change all the time: it is told again when its first words do.
            string start = new([.. warning.TakeWhile(c => !char.IsAsciiDigit(c))]);
            if (_warned.Count < 100 && _warned.Add(start)) await _terminal.WriteLineAsync("warning: " + TerminalText.Clean(warning)).ConfigureAwait(false);
        }

        if (status.Report is { } report) await TellFindingsAsync(report).ConfigureAwait(false);
        if ((status.AtUtc - _lineAt >= s_lineEvery && status.Report is not null) || status.Ended)
        {
            _lineAt = status.AtUtc;
            await _terminal.WriteLineAsync(PlainLine.Of(status)).ConfigureAwait(false);
        }

        await _terminal.FlushAsync().ConfigureAwait(false);
    }

    private async Task TellFindingsAsync(CheckReport report)
    {
        int told = 0, more = 0;
        foreach (Finding finding in report.Findings)
        {
            if (_told.Count >= MostRemembered || !_told.Add(finding.Key)) continue;
            if (told++ < MostFindings) await _terminal.WriteLineAsync(PlainLine.Of(finding)).ConfigureAwait(false);
            else more++;
        }

        if (more > 0) await _terminal.WriteLineAsync($"and {more} more new findings").ConfigureAwait(false);
    }
}
