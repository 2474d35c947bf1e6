using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TrafficCheck.Live.Page;

/// <summary>Who may ask for what: the one place that turns a request away. Holds no state but the digest of the token.</summary>
internal sealed class PageGate(LivePageOptions options, PageCounters counters)
{
    private readonly byte[]? _token = options.Token is { } token ? Digest(token) : null;

    /// <summary>Whether the request may have what it asks for; when not, its answer has been set but for the text that is returned.</summary>
    /// <param name="needsToken">Whether the answer shows anything of the run.</param>
    public string? Refuse(HttpContext context, bool needsToken)
    {
        HttpRequest request = context.Request;
        HttpResponse response = context.Response;
        if (!IsServed(request.Host, context.Connection.LocalIpAddress))
        {
            counters.RefusedHost();
            response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return "The Host header names a host that is not served here. Ask for the page by its address, or start it with this name among its hosts.";
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            counters.RefusedMethod();
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return "Everything here is read only: GET and HEAD.";
        }

        // A foreign site cannot read an answer, but it could hold all streams or make this machine write reports.
        if (needsToken && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            counters.RefusedCrossSite();
            response.StatusCode = StatusCodes.Status403Forbidden;
            return "Another site asked for this. Only the page itself may.";
        }

        if (needsToken && _token is not null && !HasToken(request))
        {
            counters.RefusedToken();
            response.StatusCode = StatusCodes.Status401Unauthorized;
            response.Headers.WWWAuthenticate = "Bearer realm=\"trafficcheck\"";
            return "This needs the token that the page was started with. In a browser open the page and enter it, or open the page with #token=TOKEN at the end of its address "
                + "(what stands behind # is not sent to anybody). Programs send the header 'Authorization: Bearer TOKEN'.";
        }

        return null;
    }

    /// <summary>
    /// A name that somebody else's DNS points here never passes, an address does only when it is the one that the connection came to. The port is not compared: a
    /// page on loopback is often reached through a tunnel from another port, and a foreign name gains nothing by it.
    /// </summary>
    private bool IsServed(HostString host, IPAddress? local)
    {
        if (!host.HasValue) return false;
        string name = host.Host;
        if (name.EndsWith('.')) name = name[..^1];
        foreach (string allowed in options.Hosts)
        {
            if (string.Equals(allowed, name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        if (local is null) return false;
        if (local.IsIPv4MappedToIPv6) local = local.MapToIPv4();
        if (string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.IsLoopback(local);
        return IPAddress.TryParse(name.AsSpan().Trim("[]"), out IPAddress? address) && (address.Equals(local) || (IPAddress.IsLoopback(local) && IPAddress.IsLoopback(address)));
    }

    private bool HasToken(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        string sent = request.Headers.Authorization.ToString();
        bool bearer = sent.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

        // Digests have one length, so that the comparison tells neither length nor place of a difference.
        return CryptographicOperations.FixedTimeEquals(Digest(bearer ? sent[Scheme.Length..].Trim() : ""), _token!) && bearer;
    }

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
