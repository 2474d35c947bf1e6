using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Alerts;

/// <summary>
/// A POST of the alert's JSON (<see cref="AlertJson"/>). 2xx is delivered; 408, 429 and 5xx are tried again, not before Retry-After; everything else is
/// refused, redirects too: alerts go to nobody whom the user did not name. With a key, <c>X-TrafficCheck-Signature</c> is <c>sha256=</c> and the
/// HMAC-SHA256 of the body in hexadecimal.
/// </summary>
internal sealed class WebhookDelivery : IAlertDelivery
{
    private readonly WebhookReceiver _to;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private readonly AuthenticationHeaderValue? _credentials;

    public WebhookDelivery(WebhookReceiver to, TimeSpan timeout, TimeProvider time)
    {
        _to = to;
        _timeout = timeout;
        _time = time;
        _client = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 1, ConnectTimeout = timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (to.Credentials is { } c) _credentials = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{c.UserName}:{c.Password}")));
    }

    public async Task<Delivery> TryAsync(Alert alert, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_timeout);
        try
        {
            using HttpRequestMessage request = Request(alert);
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            return Read(response);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(DeliveryEnd.Unreachable, string.Create(CultureInfo.InvariantCulture, $"no answer within {_timeout.TotalSeconds:0} s"));
        }
        catch (HttpRequestException e)
        {
            return new(DeliveryEnd.Unreachable, e.InnerException?.Message ?? e.Message);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private HttpRequestMessage Request(Alert alert)
    {
        var content = new ReadOnlyMemoryContent(alert.Json);
        content.Headers.ContentType = new("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, _to.Address) { Content = content };
        request.Headers.UserAgent.ParseAdd(ReportTool.Name);
        request.Headers.Authorization = _credentials;
        if (_to.Secrets is { } secrets)
        {
            if (secrets.HeaderName is { } name)
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, secrets.HeaderValue);
            }

            if (secrets.SigningKey is { } key) request.Headers.Add("X-TrafficCheck-Signature", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(key, alert.Json.Span)));
        }

        return request;
    }

    private Delivery Read(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return Delivery.Done;
        int status = (int)response.StatusCode;
        string answer = string.Create(CultureInfo.InvariantCulture, $"the answer was {status}");
        if (response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || status >= 500)
        {
            RetryConditionHeaderValue? asked = response.Headers.RetryAfter;
            return new(DeliveryEnd.TryLater, answer, asked?.Delta ?? (asked?.Date is { } date ? date - _time.GetUtcNow() : null));
        }

        return new(DeliveryEnd.Refused, status is >= 300 and < 400 ? answer + "; redirects are not followed" : answer);
    }
}
