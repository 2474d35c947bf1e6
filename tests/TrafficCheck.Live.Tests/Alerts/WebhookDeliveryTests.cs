using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrafficCheck.Live.Alerts;
using static TrafficCheck.Live.Tests.Findings;

namespace TrafficCheck.Live.Tests.Alerts;

public sealed class WebhookDeliveryTests
{
    [Fact]
    public async Task An_alert_is_posted_as_JSON_with_credentials_header_and_signature()
    {
        using var server = new HookServer(_ => "204 No Content");
        var secrets = new WebhookSecrets("X-Token", "s3cret", "key"u8.ToArray());
        AlertReceiver receiver = AlertReceiver.Parse($"http://me:pass%3Aword@127.0.0.1:{server.Port}/hook?a=b", secrets);
        await using var hub = new AlertHub([receiver], TimeProvider.System);
        hub.Publish(Report(Of("a")));
        await hub.FlushAsync(TimeSpan.FromSeconds(10));
        (string head, byte[] body) = Assert.Single(server.Requests);
        Assert.StartsWith("POST /hook?a=b HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head + "\r\n", StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Basic " + Convert.ToBase64String("me:pass:word"u8), head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Token: s3cret", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-TrafficCheck-Signature: sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("key"u8, body)), head, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(body);
        Assert.Equal("a", document.RootElement.GetProperty("finding").GetProperty("key").GetString());
        Assert.Equal((1, 0, 0, null), (hub.Status[0].Sent, hub.Status[0].Waiting, hub.Status[0].Dropped, hub.Status[0].LastError));
    }

    [Fact]
    public async Task What_fails_is_tried_again_after_growing_times_with_the_same_body()
    {
        using var server = new HookServer(n => n < 3 ? "503 Service Unavailable" : "200 OK");
        var time = new ManualTime();
        await using var hub = new AlertHub([server.Receiver], time, new AlertOptions { Jitter = () => 1 });
        hub.Publish(Report(Of("a")));
        foreach (int seconds in (int[])[1, 2, 4])
        {
            await Eventually.True(() => time.Waits.Length == 1, "the wait for a further try");
            Assert.Equal("the answer was 503", hub.Status[0].LastError);
            Assert.Equal(TimeSpan.FromSeconds(seconds), time.Waits[0]);
            time.Advance(time.Waits[0]);
        }

        await Eventually.True(() => hub.Status[0].Sent == 1, "the fourth try");
        Assert.Equal(4, server.Requests.Count);
        Assert.Single(server.Requests.Select(r => Convert.ToHexString(r.Body)).Distinct());
        Assert.Null(hub.Status[0].LastError);
    }

    [Theory]
    [InlineData("429 Too Many Requests\r\nRetry-After: 17", 17)]
    [InlineData("503 Service Unavailable\r\nRetry-After: Mon, 02 Mar 2026 08:02:00 GMT", 120)]
    [InlineData("408 Request Timeout\r\nRetry-After: 999999", 1800)]
    [InlineData("500 Internal Server Error", 1)]
    public async Task Retry_After_is_honoured_within_reason(string answer, int seconds)
    {
        using var server = new HookServer(n => n == 0 ? answer : "200 OK");
        var time = new ManualTime();
        await using var hub = new AlertHub([server.Receiver], time, new AlertOptions { Jitter = () => 1 });
        hub.Publish(Report(Of("a")));
        await Eventually.True(() => time.Waits.Length == 1, "the wait");
        Assert.Equal(TimeSpan.FromSeconds(seconds), time.Waits[0]);
    }

    [Theory]
    [InlineData("404 Not Found", "the answer was 404")]
    [InlineData("401 Unauthorized", "the answer was 401")]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:1/elsewhere", "the answer was 302; redirects are not followed")]
    public async Task What_is_refused_is_dropped_and_not_tried_again(string answer, string error)
    {
        using var server = new HookServer(_ => answer);
        await using var hub = new AlertHub([server.Receiver], TimeProvider.System);
        hub.Publish(Report(Of("a")));
        await Eventually.True(() => hub.Status[0].Dropped == 1, "dropped");
        Assert.Equal((0, error), (hub.Status[0].Sent, hub.Status[0].LastError));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_tried_for_an_hour_and_its_error_shows_no_secret()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var time = new ManualTime();
        await using var hub = new AlertHub([AlertReceiver.Parse($"http://user:secret@127.0.0.1:{port}/secret?secret")], time, new AlertOptions { Jitter = () => 1 });
        hub.Publish(Report(Of("a")));
        int tries = 0;
        for (; tries < 200 && hub.Status[0].Dropped == 0; tries++)
        {
            await Eventually.True(() => time.Waits.Length == 1 || hub.Status[0].Dropped == 1, "a wait");
            Assert.DoesNotContain("secret", hub.Status[0].ToString(), StringComparison.Ordinal);
            if (time.Waits.Length == 1) time.Advance(time.Waits[0]);
            await Eventually.True(() => time.Waits.Length == 1 || hub.Status[0].Dropped == 1, "the try");
        }

        Assert.InRange(tries, 60, 70);
        Assert.Equal((0, 0, 1), (hub.Status[0].Sent, hub.Status[0].Waiting, hub.Status[0].Dropped));
    }

    [Fact]
    public void Secrets_come_from_the_environment_or_a_file_and_from_nowhere_else()
    {
        Environment.SetEnvironmentVariable("TRAFFICCHECK_TEST_SECRET", "Bearer abc");
        WebhookSecrets secrets = WebhookSecrets.Read("Authorization: env:TRAFFICCHECK_TEST_SECRET", "env:TRAFFICCHECK_TEST_SECRET");
        Assert.Equal(("Authorization", "Bearer abc"), (secrets.HeaderName, secrets.HeaderValue));
        Assert.Equal("Bearer abc"u8.ToArray(), secrets.SigningKey);
        Assert.DoesNotContain("abc", secrets.ToString(), StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => WebhookSecrets.Read("Authorization: Bearer abc", null));
        Assert.Throws<FormatException>(() => WebhookSecrets.Read("no colon", null));
        Assert.Throws<FormatException>(() => WebhookSecrets.Read("A B: env:TRAFFICCHECK_TEST_SECRET", null));
        Assert.Throws<FormatException>(() => WebhookSecrets.Read(null, "file:/does/not/exist"));
    }

    /// <summary>Answers requests in turn; closes the connection each time.</summary>
    private sealed class HookServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly List<(string Head, byte[] Body)> _requests = [];
        private readonly Func<int, string> _answer;

        public HookServer(Func<int, string> answer)
        {
            _answer = answer;
            _listener.Start();
            _ = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public AlertReceiver Receiver => AlertReceiver.Parse($"http://127.0.0.1:{Port}/");

        public IReadOnlyList<(string Head, byte[] Body)> Requests
        {
            get
            {
                lock (_requests) return [.. _requests];
            }
        }

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using TcpClient client = await _listener.AcceptTcpClientAsync();
                    NetworkStream stream = client.GetStream();
                    var head = new StringBuilder();
                    byte[] one = new byte[1];
                    while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                    {
                        await stream.ReadExactlyAsync(one);
                        head.Append((char)one[0]);
                    }

                    string text = head.ToString();
                    int at = text.IndexOf("Content-Length: ", StringComparison.Ordinal) + 16;
                    byte[] body = new byte[int.Parse(text[at..text.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture)];
                    await stream.ReadExactlyAsync(body);
                    int number;
                    lock (_requests)
                    {
                        number = _requests.Count;
                        _requests.Add((text[..^4], body));
                    }

                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {_answer(number)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                }
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
