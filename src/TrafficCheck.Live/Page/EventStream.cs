using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TrafficCheck.Live.Page;

/// <summary>
/// Server-sent events for one client: <c>status</c> at most every <see cref="LivePageOptions.StreamInterval"/>, <c>history</c> with rates that are new to it,
/// <c>report</c> with the summary of each new report, <c>end</c> when the run ends. A client that is slow misses what lies between; one that
/// reads nothing at all is cut off by the server's least rate.
/// </summary>
internal sealed class EventStream(LiveFeed feed, ReportLog reports, PageCounters counters, LivePageOptions options)
{
    /// <summary>So that both ends notice when the other is gone.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private LiveStatus? _writtenStatus;
    private ReadOnlyMemory<byte> _statusBytes;
    private ReportPicture? _writtenReport;
    private ReadOnlyMemory<byte> _reportBytes;

    public async Task WriteAsync(HttpResponse response, CancellationToken cancel)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers["X-Accel-Buffering"] = "no";
        PipeWriter output = response.BodyWriter;
        long known = -1;
        long version = 0;
        DateTimeOffset? history = null;
        while (true)
        {
            LiveStatus status = await NextAsync(output, known, cancel).ConfigureAwait(false);
            ReportPicture? report = reports.Take(status);
            if (status.History.Count > 0 && history != status.History[^1].AtUtc)
            {
                DateTimeOffset? after = history;
                Event(output, "history", StatusJson.Bytes(json => StatusJson.WriteHistory(json, status, after)).Span);
                history = status.History[^1].AtUtc;
            }

            Event(output, "status", StatusBytes(status, report).Span);
            if (report is not null && report.Version > version)
            {
                Event(output, "report", ReportBytes(report).Span);
                version = report.Version;
            }

            if (status.Ended) Event(output, "end", "{}"u8);
            await output.FlushAsync(cancel).ConfigureAwait(false);
            if (status.Ended) return;
            known = status.Sequence;
            await Task.Delay(options.StreamInterval, cancel).ConfigureAwait(false);
        }
    }

    private async Task<LiveStatus> NextAsync(PipeWriter output, long known, CancellationToken cancel)
    {
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            silence.CancelAfter(s_silence);
            try
            {
                return await feed.NextAsync(known, silence.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                output.Write(": no news\n\n"u8);
                await output.FlushAsync(cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Written once, for all clients.</summary>
    private ReadOnlyMemory<byte> StatusBytes(LiveStatus status, ReportPicture? report)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(status, _writtenStatus))
            {
                _statusBytes = StatusJson.Bytes(json => StatusJson.Write(json, status, report, counters));
                _writtenStatus = status;
            }

            return _statusBytes;
        }
    }

    private ReadOnlyMemory<byte> ReportBytes(ReportPicture report)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(report, _writtenReport))
            {
                _reportBytes = StatusJson.Bytes(json => ReportJson.WriteSummary(json, report));
                _writtenReport = report;
            }

            return _reportBytes;
        }
    }

    private static void Event(PipeWriter output, string name, ReadOnlySpan<byte> data)
    {
        output.Write("event: "u8);
        output.Write(Encoding.ASCII.GetBytes(name));
        output.Write("\ndata: "u8);
        output.Write(data);
        output.Write("\n\n"u8);
    }
}

file static class PipeWriting
{
    public static void Write(this PipeWriter output, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }
}
