using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace TrafficCheck.Live.Page;

/// <summary>
/// The page of a live run and its API, served by Kestrel alone: without a host there are no signal handlers beside those of the run, and no
/// configuration file or environment variable that could open another address. Reads the feed and nothing else; nothing it does holds the run up.
/// </summary>
public sealed class LivePage : IAsyncDisposable
{
    private const int MostConnections = 64;

    /// <summary>What is left of the two seconds in which a run ends, after its report.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromMilliseconds(300);

    private readonly KestrelServer _server;
    private readonly PageApplication _application;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _following;

    private LivePage(KestrelServer server, PageApplication application, CancellationTokenSource stopping, Task following, Uri address, PageCounters counters)
    {
        _server = server;
        _application = application;
        _stopping = stopping;
        _following = following;
        Address = address;
        Counters = counters;
    }

    /// <summary>Where the page is, with the port that was taken; for a wildcard address that of loopback.</summary>
    public Uri Address { get; }

    public PageCounters Counters { get; }

    /// <exception cref="LivePageException">The address is taken, not of this machine, or not allowed.</exception>
    public static async Task<LivePage> StartAsync(LivePageOptions options, LiveFeed feed, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(feed);
        options.Check();
        var counters = new PageCounters();
        var reports = new ReportLog();
        var stopping = new CancellationTokenSource();
        var server = new KestrelServer(
            Options.Create(ServerOptions(options)),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        var application = new PageApplication(options, feed, reports, counters, stopping.Token);
        try
        {
            await server.StartAsync(application, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or AddressInUseException)
        {
            server.Dispose();
            application.Dispose();
            stopping.Dispose();
            throw new LivePageException(Refused(options.EndPoint, e), e);
        }

        string taken = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new LivePage(server, application, stopping, FollowAsync(feed, reports, stopping.Token), Reachable(new Uri(taken)), counters);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        using var farewell = new CancellationTokenSource(s_farewell);
        await _server.StopAsync(farewell.Token).ConfigureAwait(false);
        _server.Dispose();
        _application.Dispose();
        _stopping.Dispose();
    }

    private static KestrelServerOptions ServerOptions(LivePageOptions options)
    {
        var server = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        server.Limits.MaxConcurrentConnections = MostConnections;
        server.Limits.MaxRequestBodySize = 0;
        server.Limits.MaxRequestLineSize = 4096;
        server.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        server.Limits.MaxRequestHeaderCount = 60;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        server.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        server.Listen(options.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        return server;
    }

    /// <summary>Takes every report, so that the page knows since when a finding is known also when nobody was looking.</summary>
    private static async Task FollowAsync(LiveFeed feed, ReportLog reports, CancellationToken stopping)
    {
        long known = -1;
        try
        {
            while (true)
            {
                LiveStatus status = await feed.NextAsync(known, stopping).ConfigureAwait(false);
                reports.Take(status);
                known = status.Sequence;
            }
        }
        catch (OperationCanceledException)
        {
            // The page ends.
        }
    }

    private static string Refused(IPEndPoint at, Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            SocketError? error = (cause as SocketException)?.SocketErrorCode;
            if (cause is AddressInUseException || error == SocketError.AddressAlreadyInUse)
                return $"the page cannot be served at {at}: another program holds the port; take another one, or see who it is with: ss -ltnp sport = :{at.Port}";
            if (error == SocketError.AddressNotAvailable) return $"the page cannot be served at {at}: no interface of this machine has that address";
            if (error == SocketError.AccessDenied) return $"the page cannot be served at {at}: ports below 1024 need rights that this program has not; take one above";
        }

        return $"the page cannot be served at {at}: {e.Message}";
    }

    private static Uri Reachable(Uri taken)
    {
        if (!IPAddress.TryParse(taken.Host.AsSpan().Trim("[]"), out IPAddress? ip)) return taken;
        if (ip.Equals(IPAddress.Any)) return new UriBuilder(taken) { Host = "127.0.0.1" }.Uri;
        return ip.Equals(IPAddress.IPv6Any) ? new UriBuilder(taken) { Host = "[::1]" }.Uri : taken;
    }
}
