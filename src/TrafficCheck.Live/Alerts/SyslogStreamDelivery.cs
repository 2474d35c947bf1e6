using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TrafficCheck.Live.Alerts;

/// <summary>
/// One connection for all alerts, over TCP (RFC 6587, octet counting) or TLS (RFC 5425). Syslog has no answers: what the system took counts as delivered, and
/// what was on its way when the connection broke may be lost. So the connection is watched, and none is written to that the other side has closed.
/// </summary>
internal sealed class SyslogStreamDelivery(SyslogReceiver to, TimeSpan timeout) : IAlertDelivery
{
    private Connection? _connection;

    public async Task<Delivery> TryAsync(Alert alert, CancellationToken cancel)
    {
        byte[] message = SyslogText.Of(alert, to.Facility, SyslogText.MostStreamBytes);
        byte[] framed = [.. Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture)), (byte)' ', .. message];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(timeout);
        try
        {
            if (_connection is { IsClosed: true }) await CloseAsync().ConfigureAwait(false);
            _connection ??= await ConnectAsync(limit.Token).ConfigureAwait(false);
            await _connection.Stream.WriteAsync(framed, limit.Token).ConfigureAwait(false);
            await _connection.Stream.FlushAsync(limit.Token).ConfigureAwait(false);
            return Delivery.Done;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            await CloseAsync().ConfigureAwait(false);
            return new(DeliveryEnd.Unreachable, string.Create(CultureInfo.InvariantCulture, $"no progress within {timeout.TotalSeconds:0} s"));
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or CryptographicException or UnauthorizedAccessException or ObjectDisposedException)
        {
            await CloseAsync().ConfigureAwait(false);
            return new(DeliveryEnd.Unreachable, e.InnerException is AuthenticationException inner ? inner.Message : e.Message);
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private async Task<Connection> ConnectAsync(CancellationToken cancel)
    {
        var client = new TcpClient { NoDelay = true };
        SslStream? secured = null;
        try
        {
            await client.ConnectAsync(to.Host, to.Port, cancel).ConfigureAwait(false);
            client.Client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            if (to.Transport == SyslogTransport.Tcp) return new(client, client.GetStream());
            secured = new SslStream(client.GetStream());
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = to.Host, CertificateChainPolicy = Policy() }, cancel).ConfigureAwait(false);
            return new(client, secured);
        }
        catch
        {
            if (secured is not null) await secured.DisposeAsync().ConfigureAwait(false);
            client.Dispose();
            throw;
        }
    }

    /// <summary>Null trusts as the system does.</summary>
    private X509ChainPolicy? Policy()
    {
        if (to.AuthorityFile is null) return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(to.AuthorityFile);
        return policy;
    }

    private async Task CloseAsync()
    {
        if (_connection is not { } connection) return;
        _connection = null;
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Connection : IAsyncDisposable
    {
        private readonly TcpClient _client;
        private readonly Task _watch;

        public Connection(TcpClient client, Stream stream)
        {
            _client = client;
            Stream = stream;
            _watch = WatchAsync();
        }

        public Stream Stream { get; }

        public bool IsClosed => _watch.IsCompleted;

        public async ValueTask DisposeAsync()
        {
            // The socket first: a stream that is closed in good order waits for the other side.
            _client.Dispose();
            await Stream.DisposeAsync().ConfigureAwait(false);
            await _watch.ConfigureAwait(false);
        }

        /// <summary>Receivers say nothing that matters, but for the end.</summary>
        private async Task WatchAsync()
        {
            byte[] ignored = new byte[256];
            try
            {
                while (await Stream.ReadAsync(ignored).ConfigureAwait(false) > 0)
                {
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Closed from either side.
            }
        }
    }
}
