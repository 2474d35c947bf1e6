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

    /// <summary>New findings that are told in lines between two of those; the others are counted.</summary>
    private const int MostFindings = 10, MostRemembered = 50_000, MostWarnings = 100;

    /// <summary>A warning that comes and goes is told again after this.</summary>
    private static readonly TimeSpan s_warnAgain = TimeSpan.FromSeconds(60);

    /// <summary>How long the end of a run waits for a terminal to take the last lines.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    private readonly LiveFeed _feed;
    private readonly TextWriter _terminal;
    private readonly bool _isTerminal, _color;
    private readonly Func<(int Width, int Height)> _size;
    private readonly CancellationTokenSource _cancel = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _warned = new(StringComparer.Ordinal);
    private readonly Task _task;
    private DateTimeOffset _lineAt = DateTimeOffset.MinValue;
    private bool _forgetful, _disposed;
    private volatile bool _abandoned;

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
        if (_disposed) return;
        _disposed = true;
        if (_feed.Current.Ended) _task.Wait(s_patience); // the last line, and the screen as it was
        _cancel.Cancel();
        if (_task.Wait(s_patience)) _cancel.Dispose();
    }

    /// <summary>Gives the screen back at once: the program is about to end in the middle of everything. Waits for no terminal.</summary>
    public void Abandon()
    {
        _abandoned = true;
        Task.Run(Leave).Wait(s_patience);
    }

    private void Leave()
    {
        if (!_isTerminal) return;
        try
        {
            _terminal.Write(LeaveScreen);
            _terminal.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // There is no screen any more.
        }
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
                if (_abandoned) break;
                if (_isTerminal) await DrawAsync(status).ConfigureAwait(false);
                else await TellAsync(status).ConfigureAwait(false);
                if (status.Ended) break;
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody looks any more; the run goes on.
        }
        finally
        {
            if (!_abandoned) Leave();
        }
    }

    private async Task DrawAsync(LiveStatus status)
    {
        (int width, int height) = (0, 0);
        try
        {
            (width, height) = _size();
        }
        catch (IOException)
        {
            // A terminal that does not say how large it is.
        }

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
        await TellWarningsAsync(status).ConfigureAwait(false);
        if (status.Report is { } report) await TellFindingsAsync(report, status.AtUtc).ConfigureAwait(false);
        if ((status.AtUtc - _lineAt >= s_lineEvery && status.Report is not null) || status.Ended)
        {
            _lineAt = status.AtUtc;
            await _terminal.WriteLineAsync(PlainLine.Of(status)).ConfigureAwait(false);
        }

        await _terminal.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>A warning is told when it comes up, not as long as it stands.</summary>
    private async Task TellWarningsAsync(LiveStatus status)
    {
        foreach (string key in _warned.Keys.ToArray())
        {
            if (status.AtUtc - _warned[key] >= s_warnAgain && !status.Warnings.Any(w => Key(w) == key)) _warned.Remove(key);
        }

        foreach (string warning in status.Warnings)
        {
            string key = Key(warning);
            if (_warned.ContainsKey(key) || _warned.Count >= MostWarnings) continue;
            _warned.Add(key, status.AtUtc);
            await _terminal.WriteLineAsync($"{PlainLine.Time(status.AtUtc)} warning: {TerminalText.Clean(warning)}").ConfigureAwait(false);
        }
    }

    /// <summary>Figures in a warning change all the time: it is another one when other words are.</summary>
    private static string Key(string warning) => new([.. warning.Where(c => !char.IsAsciiDigit(c))]);

    private async Task TellFindingsAsync(CheckReport report, DateTimeOffset at)
    {
        int told = 0, more = 0;
        string time = PlainLine.Time(at);
        foreach (Finding finding in report.Findings)
        {
            if (_told.Contains(finding.Key)) continue;
            if (_told.Count >= MostRemembered)
            {
                // Without memory each would be news in every picture.
                if (!_forgetful) await _terminal.WriteLineAsync($"{time} there are more than {MostRemembered} findings; further ones are in the report only").ConfigureAwait(false);
                _forgetful = true;
                break;
            }

            _told.Add(finding.Key);
            if (told++ < MostFindings) await _terminal.WriteLineAsync($"{time} {PlainLine.Of(finding)}").ConfigureAwait(false);
            else more++;
        }

        if (more > 0) await _terminal.WriteLineAsync($"{time} and {more} more new findings").ConfigureAwait(false);
    }
}
