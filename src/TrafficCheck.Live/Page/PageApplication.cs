using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Metrics;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Page;

/// <summary>
/// One request to one answer. Every path is in <see cref="Routes"/> or among the <see cref="PageAssets"/>; every answer carries the headers of
/// <see cref="Secure"/>, and none is kept by a cache.
/// </summary>
internal sealed class PageApplication(LivePageOptions options, LiveFeed feed, ReportLog reports, PageCounters counters, CancellationToken stopping)
    : IHttpApplication<HttpContext>, IDisposable
{
    /// <summary>The strictest policy that a page with own script and style can have: nothing inline, nothing from elsewhere, in no frame.</summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string FilesPath = "/api/files/";
    private const string JsonType = "application/json; charset=utf-8";
    private const string TextType = "text/plain; charset=utf-8";

    private readonly PageGate _gate = new(options, counters);
    private readonly EventStream _events = new(feed, reports, counters, options);

    /// <summary>A report of many findings takes megabytes while it is written: not for every client at a time.</summary>
    private readonly SemaphoreSlim _reportsAtATime = new(2);

    /// <summary>What is served besides the files of the page, by the paths of the description in <c>openapi.json</c>.</summary>
    public static IReadOnlyList<string> Routes { get; } =
        ["/api/status", "/api/findings", "/api/coverage", "/api/report", "/api/report.txt", "/api/files", "/api/files/{name}", "/api/events", "/metrics"];

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public void Dispose() => _reportsAtATime.Dispose();

    public async Task ProcessRequestAsync(HttpContext context)
    {
        counters.Asked();
        Secure(context.Response);
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException || context.RequestAborted.IsCancellationRequested)
        {
            // The client went away, or the page ends: nobody is left to answer.
            if (context.Response.HasStarted) context.Abort();
        }
        catch (QueryException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A defect in an answer must not end the run, and must be seen: it has a counter.
            counters.Failed();
            if (context.Response.HasStarted) context.Abort();
            else await RefuseAsync(context, StatusCodes.Status500InternalServerError, "internal error, please report it: " + e.GetType().Name).ConfigureAwait(false);
        }
    }

    private static void Secure(HttpResponse response)
    {
        IHeaderDictionary headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        bool isFile = path.StartsWith(FilesPath, StringComparison.Ordinal);
        PageAsset? asset = PageAssets.All.GetValueOrDefault(path);

        // What is neither is refused before it is said not to exist, so that nobody without the token can tell.
        if (_gate.Refuse(context, needsToken: asset is null) is { } refusal) return RefuseAsync(context, context.Response.StatusCode, refusal);
        if (asset is not null) return SendAsync(context, asset.ContentType, asset.Bytes);
        IQueryCollection query = context.Request.Query;
        return path switch
        {
            "/api/status" => StatusAsync(context),
            "/api/findings" => FromReportAsync(context, FindingQuery.Read(query), ReportJson.WriteFindings),
            "/api/coverage" => FromReportAsync(context, CoverageQuery.Read(query), ReportJson.WriteCoverage),
            "/api/report" => ReportAsync(context, JsonType, "report.json", static (report, output) => JsonReport.Write(report, output)),
            "/api/report.txt" => ReportAsync(context, TextType, "report.txt", WriteText),
            "/api/files" => FilesAsync(context, query),
            "/api/events" => EventsAsync(context),
            "/metrics" => SendAsync(context, PrometheusText.ContentType, PrometheusText.Write(feed.Current, counters)),
            _ when isFile => FileAsync(context, path[FilesPath.Length..]),
            _ => RefuseAsync(context, StatusCodes.Status404NotFound, "Nothing is served here; /api/openapi.json lists what is."),
        };
    }

    private Task StatusAsync(HttpContext context)
    {
        LiveStatus status = feed.Current;
        ReportPicture? report = reports.Take(status);
        return SendAsync(context, JsonType, StatusJson.Bytes(json =>
        {
            StatusJson.Write(json, status, report, counters);
            json.WriteStartObject("history");
            StatusJson.WriteHistory(json, status, null);
            json.WriteEndObject();
            if (report is null)
            {
                json.WriteNull("report");
                return;
            }

            json.WriteStartObject("report");
            ReportJson.WriteSummary(json, report);
            json.WriteEndObject();
        }));
    }

    private Task FromReportAsync<TQuery>(HttpContext context, TQuery query, Action<Utf8JsonWriter, ReportPicture, TQuery> write)
    {
        if (reports.Take(feed.Current) is not { } picture) return NoReportAsync(context);
        return SendAsync(context, JsonType, StatusJson.Bytes(json => write(json, picture, query)));
    }

    private async Task ReportAsync(HttpContext context, string contentType, string name, Action<CheckReport, Stream> write)
    {
        if (reports.Take(feed.Current) is not { } picture)
        {
            await NoReportAsync(context).ConfigureAwait(false);
            return;
        }

        if (!await _reportsAtATime.WaitAsync(TimeSpan.FromSeconds(10), context.RequestAborted).ConfigureAwait(false))
        {
            await BusyAsync(context, "Others are being sent the report; ask again.").ConfigureAwait(false);
            return;
        }

        try
        {
            using var output = new MemoryStream();
            write(picture.Report, output);
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
            await SendAsync(context, contentType, output.GetBuffer().AsMemory(0, (int)output.Length)).ConfigureAwait(false);
        }
        finally
        {
            _reportsAtATime.Release();
        }
    }

    private static void WriteText(CheckReport report, Stream output)
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        TextReport.Write(report, text, TextStyle.Plain with { Verbose = true });
    }

    private Task FilesAsync(HttpContext context, IQueryCollection query)
    {
        int offset = FindingQuery.Number(query, "offset", 0, 0, int.MaxValue);
        int limit = FindingQuery.Number(query, "limit", 100, 0, FindingQuery.MostItems);
        IReadOnlyList<RunFile> files = feed.Current.Files;
        return SendAsync(context, JsonType, StatusJson.Bytes(json =>
        {
            json.WriteNumber("total", files.Count);
            ReportJson.Items(json, "files", files, offset, limit, file => StatusJson.WriteFile(json, file));
        }));
    }

    /// <summary>The name is compared with those of the status and never becomes part of a path.</summary>
    private async Task FileAsync(HttpContext context, string name)
    {
        RunFile? file = feed.Current.Files.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.Ordinal));
        FileStream? content = null;
        try
        {
            if (file is not null) content = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, e is UnauthorizedAccessException ? "The program may not read this file." : "This file is gone.").ConfigureAwait(false);
            return;
        }

        if (content is null)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "The run has no file of this name; /api/files lists those it has.").ConfigureAwait(false);
            return;
        }

        await using (content.ConfigureAwait(false))
        {
            // A report as HTML is a file, too: it is saved, and where a browser shows it all the same, nothing in it runs.
            HttpResponse response = context.Response;
            response.Headers.ContentSecurityPolicy = Policy + "; sandbox";
            response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}";
            response.ContentType = "application/octet-stream";

            // Of a file that is being written, what is there now.
            response.ContentLength = content.Length;
            if (HttpMethods.IsHead(context.Request.Method)) return;
            await CopyAsync(content, response, content.Length, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static async Task CopyAsync(FileStream content, HttpResponse response, long length, CancellationToken cancel)
    {
        while (length > 0)
        {
            Memory<byte> room = response.BodyWriter.GetMemory(1 << 16);
            int read = await content.ReadAsync(room[..(int)Math.Min(room.Length, length)], cancel).ConfigureAwait(false);
            if (read == 0) throw new IOException("The file became shorter while it was sent.");
            response.BodyWriter.Advance(read);
            length -= read;
            await response.BodyWriter.FlushAsync(cancel).ConfigureAwait(false);
        }
    }

    private async Task EventsAsync(HttpContext context)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            return;
        }

        if (!counters.TryOpenStream(options.MaxStreams))
        {
            await BusyAsync(context, $"{options.MaxStreams} streams are open, and no more are served at a time. /api/status has the same.").ConfigureAwait(false);
            return;
        }

        try
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await _events.WriteAsync(context.Response, ends.Token).ConfigureAwait(false);
        }
        finally
        {
            counters.CloseStream();
        }
    }

    private Task BusyAsync(HttpContext context, string why)
    {
        counters.RefusedBusy();
        context.Response.Headers.RetryAfter = "5";
        return RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, why);
    }

    private static Task NoReportAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "5";
        return RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "The run has no report yet.");
    }

    private static Task RefuseAsync(HttpContext context, int code, string why)
    {
        context.Response.StatusCode = code;
        bool json = context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal);
        return json
            ? SendAsync(context, JsonType, StatusJson.Bytes(j => j.WriteString("error", why)))
            : SendAsync(context, TextType, Encoding.UTF8.GetBytes(why + "\n"));
    }

    private static async Task SendAsync(HttpContext context, string contentType, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
