using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TrafficCheck.Live.Alerts;
using TrafficCheck.TestSupport.CaptureFiles;
using static TrafficCheck.Live.Tests.Findings;

namespace TrafficCheck.Live.Tests.Alerts;

public sealed class SyslogDeliveryTests
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_alert_is_a_datagram_over_UDP()
    {
        using var listener = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)listener.Client.LocalEndPoint!).Port;
        await using var hub = new AlertHub([AlertReceiver.Parse($"syslog://127.0.0.1:{port}?facility=local4")], TimeProvider.System);
        hub.Publish(Report(Of("a"), Of("b")));
        string first = Encoding.UTF8.GetString((await listener.ReceiveAsync(_cancel)).Buffer), second = Encoding.UTF8.GetString((await listener.ReceiveAsync(_cancel)).Buffer);
        Assert.StartsWith("<163>1 ", first, StringComparison.Ordinal);
        Assert.Contains(" key=\"a\" ", first, StringComparison.Ordinal);
        Assert.Contains(" key=\"b\" ", second, StringComparison.Ordinal);
        await hub.FlushAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(new ReceiverStatus($"syslog udp 127.0.0.1:{port}", 2, 0, 0, null), Assert.Single(hub.Status));
    }

    [Fact]
    public async Task Messages_over_TCP_are_counted_in_octets_and_a_closed_connection_is_opened_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var time = new ManualTime();
        await using var hub = new AlertHub([AlertReceiver.Parse($"syslog+tcp://127.0.0.1:{Port(listener)}")], time);
        hub.Publish(Report(Of("a"), Of("ü")));
        using (TcpClient client = await listener.AcceptTcpClientAsync(_cancel))
        {
            Assert.Contains(" key=\"a\" ", await ReadMessage(client.GetStream()), StringComparison.Ordinal);
            Assert.Contains(" key=\"ü\" ", await ReadMessage(client.GetStream()), StringComparison.Ordinal);
            await hub.FlushAsync(TimeSpan.FromSeconds(10));
            client.Client.Shutdown(SocketShutdown.Both);
        }

        // What is sent next goes over a new connection, whether or not the end of the old one has been noticed: then after a wait.
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync(_cancel).AsTask();
        for (int i = 0; !accepting.IsCompleted; i++)
        {
            hub.Publish(Report(Of("a"), Of("ü"), Of($"c{i}")));
            await hub.FlushAsync(TimeSpan.FromMilliseconds(100));
            time.Advance(TimeSpan.FromSeconds(2));
        }

        using TcpClient again = await accepting;
        Assert.Contains(" key=\"c", await ReadMessage(again.GetStream()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_TLS_the_certificate_is_validated_against_the_authorities_given()
    {
        using X509Certificate2 own = Certificate("localhost"), other = Certificate("localhost");
        using var folder = new TemporaryFolder();
        string trusted = folder.Write("ca.pem", Encoding.ASCII.GetBytes(own.ExportCertificatePem())), wrong = folder.Write("other.pem", Encoding.ASCII.GetBytes(other.ExportCertificatePem()));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string at = $"syslog+tls://localhost:{Port(listener)}";
        var time = new ManualTime();
        await using var hub = new AlertHub([AlertReceiver.Parse($"{at}?ca={Uri.EscapeDataString(trusted)}")], time);
        hub.Publish(Report(Of("a")));
        using (TcpClient client = await listener.AcceptTcpClientAsync(_cancel))
        using (var secured = new SslStream(client.GetStream()))
        {
            await secured.AuthenticateAsServerAsync(own);
            Assert.Contains(" key=\"a\" ", await ReadMessage(secured), StringComparison.Ordinal);
        }

        // Neither the authorities of the system nor others vouch for it, and nothing is sent.
        foreach (string receiver in (string[])[at, $"{at}?ca={Uri.EscapeDataString(wrong)}"])
        {
            await using var refusing = new AlertHub([AlertReceiver.Parse(receiver)], time);
            refusing.Publish(Report(Of("a")));
            using TcpClient client = await listener.AcceptTcpClientAsync(_cancel);
            using var secured = new SslStream(client.GetStream());
            try
            {
                await secured.AuthenticateAsServerAsync(own);
                Assert.Equal(0, await secured.ReadAsync(new byte[1], _cancel));
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client hung up.
            }

            await Eventually.True(() => refusing.Status[0].LastError is not null, "refused");
            Assert.Contains("certificate", refusing.Status[0].LastError, StringComparison.OrdinalIgnoreCase);
            Assert.Equal((0, 1, 0), (refusing.Status[0].Sent, refusing.Status[0].Waiting, refusing.Status[0].Dropped));
        }
    }

    [Theory]
    [InlineData("syslog://192.0.2.9", "syslog udp 192.0.2.9:514")]
    [InlineData("syslog+tcp://[2001:db8::1]:601", "syslog tcp [2001:db8::1]:601")]
    [InlineData("syslog+tls://siem.example", "syslog tls siem.example:6514")]
    [InlineData("https://user:secret@hooks.example/T000/SECRET?token=SECRET", "webhook https://hooks.example")]
    [InlineData("-", "standard output")]
    public void Receivers_have_names_without_secrets(string text, string name)
    {
        AlertReceiver receiver = AlertReceiver.Parse(text);
        Assert.Equal(name, receiver.Name);
        Assert.DoesNotContain("secret", receiver.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("siem.example")]
    [InlineData("ftp://siem.example")]
    [InlineData("syslog://user:secret@siem.example")]
    [InlineData("syslog://siem.example/secret")]
    [InlineData("syslog://siem.example?facility=nonsense")]
    [InlineData("syslog+tcp://siem.example?ca=x")]
    [InlineData("syslog://")]
    public void What_is_no_receiver_is_refused_without_repeating_secrets(string text) =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => AlertReceiver.Parse(text)).Message, StringComparison.Ordinal);

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static async Task<string> ReadMessage(Stream stream)
    {
        int length = 0;
        byte[] one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one);
            if (one[0] == ' ') break;
            length = (length * 10) + (one[0] - '0');
        }

        byte[] message = new byte[length];
        await stream.ReadExactlyAsync(message);
        return Encoding.UTF8.GetString(message);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // The other way round some systems do not find the key.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
