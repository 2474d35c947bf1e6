using System.Net;
using System.Net.Sockets;

namespace TrafficCheck.Live.Alerts;

/// <summary>A datagram for each alert (RFC 5426). Nobody answers, so that all that is sent counts as delivered unless the system says otherwise.</summary>
internal sealed class SyslogUdpDelivery(SyslogReceiver to, TimeProvider time) : IAlertDelivery
{
    /// <summary>The name is looked up again after this long: receivers move.</summary>
    private static readonly TimeSpan s_lookupLasts = TimeSpan.FromMinutes(5);

    private Socket? _socket;
    private DateTimeOffset _lookedUp;

    public async Task<Delivery> TryAsync(Alert alert, CancellationToken cancel)
    {
        try
        {
            if (_socket is null || time.GetUtcNow() - _lookedUp > s_lookupLasts) await OpenAsync(cancel).ConfigureAwait(false);
            await _socket!.SendAsync(SyslogText.Of(alert, to.Facility, SyslogText.MostUdpBytes), SocketFlags.None, cancel).ConfigureAwait(false);
            return Delivery.Done;
        }
        catch (SocketException e)
        {
            // The error may be the answer to the datagram before; a second try is cheap.
            Close();
            return new(DeliveryEnd.Unreachable, e.Message);
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        Close();
        IPAddress[] addresses = IPAddress.TryParse(to.Host, out IPAddress? given) ? [given] : await Dns.GetHostAddressesAsync(to.Host, cancel).ConfigureAwait(false);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        var socket = new Socket(addresses[0].AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(addresses[0], to.Port, cancel).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _socket = socket;
        _lookedUp = time.GetUtcNow();
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
