using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Alerts;

/// <summary>
/// Runs a program for each alert, one at a time: the alert as JSON on its standard input, the main fields as <c>TRAFFICCHECK_*</c> in its environment. No
/// shell reads any of it. What it writes goes nowhere but for the start of its standard error, which a failure shows. It is killed, with all that it
/// started, when it takes too long. A run that failed is not repeated.
/// </summary>
internal sealed class CommandDelivery(CommandReceiver command, TimeSpan timeout) : IAlertDelivery
{
    private const int MostErrorBytes = 1024, MostValue = 1000;

    /// <summary>For what a program leaves behind that holds its output open.</summary>
    private static readonly TimeSpan s_outputLasts = TimeSpan.FromSeconds(1);

    public async Task<Delivery> TryAsync(Alert alert, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(command.Words[0], command.Words.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Fields(alert)) start.Environment[name] = value;
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            return new(DeliveryEnd.Refused, e.Message);
        }

        using (process) return await RunAsync(process, alert, cancel).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<Delivery> RunAsync(Process process, Alert alert, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        using var reading = new CancellationTokenSource();
        Task<string> output = ReadAsync(process.StandardOutput.BaseStream, reading.Token);
        Task<string> errors = ReadAsync(process.StandardError.BaseStream, reading.Token);
        Task input = WriteAsync(process, alert, limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            await reading.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(output, errors, input).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            return new(DeliveryEnd.Refused, string.Create(CultureInfo.InvariantCulture, $"killed after {timeout.TotalSeconds:0} s"));
        }

        reading.CancelAfter(s_outputLasts);
        await limit.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(output, errors, input).ConfigureAwait(false);
        if (process.ExitCode == 0) return Delivery.Done;
        string said = (await errors.ConfigureAwait(false)).Trim();
        return new(DeliveryEnd.Refused, string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}{(said.Length > 0 ? ": " + said : "")}"));
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException or AggregateException)
        {
            // It ended by itself, or what it started did.
        }
    }

    private static async Task WriteAsync(Process process, Alert alert, CancellationToken cancel)
    {
        try
        {
            Stream input = process.StandardInput.BaseStream;
            await input.WriteAsync(alert.Json, cancel).ConfigureAwait(false);
            await input.WriteAsync("\n"u8.ToArray(), cancel).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It does not read its input; that is its business.
        }
    }

    /// <summary>Reads to the end, and keeps the start.</summary>
    private static async Task<string> ReadAsync(Stream from, CancellationToken cancel)
    {
        byte[] kept = new byte[MostErrorBytes], passing = new byte[4096];
        int length = 0;
        try
        {
            for (int read; (read = await from.ReadAsync(passing, cancel).ConfigureAwait(false)) > 0;)
            {
                int keep = Math.Min(read, kept.Length - length);
                passing.AsSpan(0, keep).CopyTo(kept.AsSpan(length));
                length += keep;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // What came until then is kept.
        }

        return Encoding.UTF8.GetString(kept, 0, length);
    }

    /// <summary>Values are as safe to print as in a report.</summary>
    private static IEnumerable<(string Name, string Value)> Fields(Alert alert)
    {
        yield return ("TRAFFICCHECK_ID", alert.Id);
        yield return ("TRAFFICCHECK_EVENT", alert.EventWord);
        yield return ("TRAFFICCHECK_TEXT", AlertText.Of(alert));
        yield return ("TRAFFICCHECK_SEVERITY", alert.Severity.Word());
        yield return ("TRAFFICCHECK_KIND", alert.KindWord);
        if (alert.Finding is not { } finding) yield break;
        yield return ("TRAFFICCHECK_KEY", TerminalText.Clean(FindingIdentity.Of(finding), MostValue));
        yield return ("TRAFFICCHECK_REASON", finding.Reason.Word());
        yield return ("TRAFFICCHECK_SUBJECT", TerminalText.Clean(finding.Subject, MostValue));
        yield return ("TRAFFICCHECK_DIRECTION", finding.Direction.Word());
        yield return ("TRAFFICCHECK_TRANSPORT", TerminalText.Clean(finding.Transport, MostValue));
        yield return ("TRAFFICCHECK_PORT", finding.ServicePort?.ToString(CultureInfo.InvariantCulture) ?? "");
        yield return ("TRAFFICCHECK_APPLICATION", TerminalText.Clean(finding.Application, MostValue));
        yield return ("TRAFFICCHECK_PEER", finding.Peers.Sample.Count > 0 ? TerminalText.Clean(finding.Peers.Sample[0], MostValue) : "");
        yield return ("TRAFFICCHECK_HOST", finding.Hosts.Sample.Count > 0 ? TerminalText.Clean(finding.Hosts.Sample[0], MostValue) : "");
        yield return ("TRAFFICCHECK_FLOWS", finding.Flows.ToString(CultureInfo.InvariantCulture));
    }
}
