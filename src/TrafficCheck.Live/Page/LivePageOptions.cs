using System.Globalization;
using System.Net;

namespace TrafficCheck.Live.Page;

/// <summary>Where the page is served, and to whom.</summary>
public sealed record LivePageOptions
{
    /// <summary>Characters that a token has at least: 16 of base64 are 96 bits, which nobody guesses over a network.</summary>
    public const int SmallestToken = 16;

    private const int LargestToken = 512;

    /// <summary>Address and port; port 0 takes a free one.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>What a client has to show, or null for none. Never null where <see cref="EndPoint"/> is not loopback.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// Names in the Host header under which the page may be asked for, besides the address itself and, on loopback, <c>localhost</c>: those of a reverse
    /// proxy, or of the machine.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Streams of events at a time.</summary>
    public int MaxStreams { get; init; } = 16;

    /// <summary>Time between two statuses of a stream, at least.</summary>
    public TimeSpan StreamInterval { get; init; } = TimeSpan.FromMilliseconds(450);

    /// <summary>Whether only this machine can ask.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(EndPoint.Address);

    /// <param name="address"><c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>localhost:8080</c>, <c>192.0.2.10:8080</c>, <c>0.0.0.0:8080</c>.</param>
    /// <param name="token">At least <see cref="SmallestToken"/> visible ASCII characters; needed for any address but loopback.</param>
    /// <exception cref="LivePageException">It is no address with a port, or the token is missing, too short or cannot be sent.</exception>
    public static LivePageOptions Parse(string address, string? token)
    {
        ArgumentNullException.ThrowIfNull(address);
        string text = address.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + address[9..] : address;
        int colon = text.LastIndexOf(':');
        if (colon <= 0) throw new LivePageException($"'{address}' names no address and port for the page; write 127.0.0.1:8080 or [::1]:8080");

        string host = text[..colon];
        bool bracketed = host is ['[', .., ']'];
        if (bracketed) host = host[1..^1];
        if (host.Contains(':', StringComparison.Ordinal) != bracketed || !IPAddress.TryParse(host, out IPAddress? ip) || (!bracketed && host.Count(c => c == '.') != 3))
        {
            throw new LivePageException($"'{address}' is no address and port for the page: '{host}' must be an address of this machine such as 127.0.0.1 or [::1], or localhost");
        }

        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            throw new LivePageException($"'{address}' is no address and port for the page: '{text[(colon + 1)..]}' must be a port from 0 to 65535 (0 takes a free one)");
        }

        var options = new LivePageOptions { EndPoint = new IPEndPoint(ip, port), Token = string.IsNullOrEmpty(token) ? null : token };
        options.Check();
        return options;
    }

    /// <summary>Refuses what would show the page to whoever asks.</summary>
    internal void Check()
    {
        if (Token is null)
        {
            if (IsLoopback) return;
            throw new LivePageException($"the page at {EndPoint} can be reached from other machines and needs a token of at least {SmallestToken} characters; without one only loopback is served, such as 127.0.0.1:{EndPoint.Port}");
        }

        if (Token.Length < SmallestToken) throw new LivePageException($"the token of the page has {Token.Length} characters and needs at least {SmallestToken}; 'openssl rand -base64 24' makes a good one");
        if (Token.Length > LargestToken) throw new LivePageException($"the token of the page has {Token.Length} characters; at most {LargestToken} fit a request");
        if (Token.Any(c => c is <= ' ' or > '~')) throw new LivePageException("the token of the page may have visible ASCII characters only, and no spaces: it is sent in a header");
    }
}
