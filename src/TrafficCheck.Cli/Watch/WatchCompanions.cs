using System.CommandLine;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live;
using TrafficCheck.Live.Alerts;
using TrafficCheck.Live.Evidence;
using TrafficCheck.Live.Metrics;
using TrafficCheck.Live.Page;
using TrafficCheck.Live.Run;

namespace TrafficCheck.Cli.Watch;

/// <summary>What goes beside a live run, as its options ask for it: page, metrics, alerts, evidence. None of them can hold it up.</summary>
internal sealed class WatchCompanions : IDisposable
{
    /// <summary>Of the two seconds in which a run ends, these are for alerts and evidence on their way.</summary>
    private static readonly TimeSpan s_atEnd = TimeSpan.FromMilliseconds(500);

    private readonly LivePageOptions? _pageOptions;
    private readonly EvidenceOptions? _evidenceOptions;
    private readonly AlertHub? _alerts;
    private EvidenceRecorder? _evidence;
    private LivePage? _page;
    private LiveMetrics? _metrics;

    /// <summary>Reads the options; nothing is opened yet.</summary>
    /// <exception cref="UsageException">An option is not understood.</exception>
    public WatchCompanions(WatchOptions options, ParseResult parsed, EngineOptions engine)
    {
        if (parsed.GetValue(options.Page) is { } address)
        {
            string? token = parsed.GetValue(options.PageToken) is { } from ? Say("--page-token", () => SecretText.Read(from)) : null;
            _pageOptions = Say("--page", () => LivePageOptions.Parse(address, token)) with { Hosts = parsed.GetValue(options.PageHost) ?? [] };
        }

        if (parsed.GetValue(options.Evidence) is { } folder)
        {
            _evidenceOptions = new EvidenceOptions
            {
                Folder = folder,
                MostBytes = Say("--evidence-size", () => EvidenceLimits.ParseSize(parsed.GetValue(options.EvidenceSize)!)),
                MostAge = Say("--evidence-age", () => EvidenceLimits.ParseAge(parsed.GetValue(options.EvidenceAge)!)),
                VlanInKey = engine.VlanInKey,
                Decapsulate = engine.Decapsulate,
                TunnelPorts = engine.TunnelPorts,
            };
        }

        WebhookSecrets secrets = Say("--alert-header, --alert-key", () => WebhookSecrets.Read(parsed.GetValue(options.AlertHeader), parsed.GetValue(options.AlertKey)));
        AlertReceiver[] receivers =
        [
            .. (parsed.GetValue(options.Alert) ?? []).Select(text => Say("--alert", () => AlertReceiver.Parse(text, secrets))),
            .. (parsed.GetValue(options.OnFinding) ?? []).Select(text => Say("--on-finding", () => AlertReceiver.Command(text))),
        ];
        AlertKinds kinds = parsed.GetValue(options.AlertOn) is { Length: > 0 } words ? Say("--alert-on", () => AlertKindWords.Parse(words)) : AlertKinds.Default;
        UsesStandardOutput = receivers.Any(r => r is LinesReceiver);
        if (receivers.Length > 0) _alerts = new AlertHub(receivers, TimeProvider.System, new AlertOptions { Kinds = kinds });
    }

    /// <summary>Alerts go to standard output, where the report would go.</summary>
    public bool UsesStandardOutput { get; }

    /// <summary>Sees the frames; null when nobody wants them.</summary>
    public LiveRun.FrameTee? Tee => _evidence is null ? null : _evidence.Offer;

    /// <summary>Opens what was asked for.</summary>
    /// <param name="earlier">The report that the run goes on with: what it has is no news.</param>
    /// <exception cref="UsageException">The page cannot be served.</exception>
    public void Start(StatusBoard board, WatchOutputs outputs, CaptureInterfaces interfaces, Core.Engine.Reports.CheckReport? earlier, TextWriter errors)
    {
        if (_evidenceOptions is not null)
        {
            // With the rights that the program has now: the folder has to be its own.
            try
            {
                Directory.CreateDirectory(_evidenceOptions.Folder);
                string probe = Path.Combine(_evidenceOptions.Folder, "." + Path.GetRandomFileName());
                using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) { }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new UsageException($"--evidence '{_evidenceOptions.Folder}' cannot be written: {e.Message}");
            }

            _evidence = new EvidenceRecorder(_evidenceOptions, interfaces);
            board.Evidence = () => _evidence.Status;
            outputs.FurtherFiles = () => _evidence.Files;
            outputs.Pictures.Add((report, _) => _evidence.Publish(report));
        }

        if (_alerts is not null)
        {
            if (earlier is not null) _alerts.Assume(earlier);
            board.Receivers = () => _alerts.Status;
            outputs.Pictures.Add(_alerts.Publish);
        }

        if (_pageOptions is not null)
        {
            try
            {
                _page = LivePage.StartAsync(_pageOptions, board.Feed, CancellationToken.None).GetAwaiter().GetResult();
            }
            catch (LivePageException e)
            {
                throw new UsageException("--page: " + e.Message);
            }

            errors.WriteLine($"page: {_page.Address}");
        }

        _metrics = new LiveMetrics(board.Feed, _page?.Counters);
        if (_metrics.Problem is { } problem) errors.WriteLine("metrics: " + Reporting.TerminalText.Clean(problem));
    }

    /// <summary>The last report is out: lets alerts and evidence get away, as far as they do in time.</summary>
    public void Complete()
    {
        Task alerts = _alerts?.FlushAsync(s_atEnd) ?? Task.CompletedTask;
        _evidence?.Complete(s_atEnd);
        alerts.Wait(s_atEnd + s_atEnd);
    }

    public void Dispose()
    {
        _metrics?.Dispose();
        _page?.DisposeAsync().AsTask().Wait(s_atEnd);
        _alerts?.DisposeAsync().AsTask().Wait(s_atEnd);
        _evidence?.Dispose();
    }

    private static T Say<T>(string option, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or LivePageException)
        {
            throw new UsageException($"{option}: {e.Message}");
        }
    }
}
