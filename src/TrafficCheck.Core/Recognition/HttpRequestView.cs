using TrafficCheck.Core.Recognition.Protocols;

namespace TrafficCheck.Core.Recognition;

/// <summary>
/// The names in the head of an HTTP/1 request, as slices of the payload. They are the client's words: any byte but CR and LF may be in them,
/// so they must be checked before they are taken for names and escaped before they are shown.
/// </summary>
public readonly ref struct HttpRequestView
{
    private const int MaxLines = 128, MaxHead = 16384;

    public ReadOnlySpan<byte> Method { get; private init; }

    /// <summary>The target of the request line: a path, an absolute URL (to a proxy), or host and port (CONNECT).</summary>
    public ReadOnlySpan<byte> Target { get; private init; }

    /// <summary>The value of the first Host field, trimmed; empty when there is none in what was captured.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>A second Host field says something else, or one holds a CR of its own: the request was made to mislead somebody, and the name proves nothing.</summary>
    public bool IsHostContradicted { get; private init; }

    /// <summary>The empty line that ends the head is there, so that an absent field is absent.</summary>
    public bool IsComplete { get; private init; }

    public bool IsConnect => Method.SequenceEqual("CONNECT"u8);

    /// <summary>Host and port the request is for: of CONNECT the target, of an absolute URL its authority, else the Host field.</summary>
    public ReadOnlySpan<byte> Authority
    {
        get
        {
            if (IsConnect) return Target;
            int scheme = Target.IndexOf("://"u8);
            if (scheme is < 3 or > 5 || !PayloadBytes.Begins(Target, "http"u8)) return Host;
            ReadOnlySpan<byte> rest = Target[(scheme + 3)..];
            int end = rest.IndexOfAny((byte)'/', (byte)'?', (byte)'#');
            if (end >= 0) rest = rest[..end];
            return rest[(rest.LastIndexOf((byte)'@') + 1)..];
        }
    }

    /// <summary>Reads the head of a request that <see cref="ApplicationRecognizer"/> took for HTTP; false when its first line is cut.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out HttpRequestView view)
    {
        view = default;
        if (payload.Length > MaxHead) payload = payload[..MaxHead];
        ReadOnlySpan<byte> line = PayloadBytes.Line(payload, out ReadOnlySpan<byte> rest, out bool ended);
        int space = line.IndexOf((byte)' '), last = line.LastIndexOf((byte)' ');

        // A CR that ends no line makes what it stands in invalid (RFC 9112 section 2.2): readers disagree on where that ends.
        if (!ended || line.Contains((byte)'\r') || space < 1 || last <= space + 1 || !line[(last + 1)..].StartsWith("HTTP/1."u8)) return false;
        ReadOnlySpan<byte> host = [];
        bool found = false, contradicted = false, complete = false;
        for (int i = 0; i < MaxLines && !complete; i++)
        {
            ReadOnlySpan<byte> field = PayloadBytes.Line(rest, out rest, out ended);
            if (!ended) break;
            complete = field.Length == 0;
            if (!PayloadBytes.Begins(field, "host:"u8)) continue;
            ReadOnlySpan<byte> value = field[5..].Trim(" \t"u8);
            bool isSound = !value.Contains((byte)'\r');
            contradicted |= !isSound || (found && !value.SequenceEqual(host));
            if (!isSound) value = [];
            if (!found) host = value;
            found = true;
        }

        view = new() { Method = line[..space], Target = line[(space + 1)..last], Host = host, IsHostContradicted = contradicted, IsComplete = complete };
        return true;
    }

    /// <summary>An authority without its port: <c>example.com:80</c> gives <c>example.com</c>, <c>[::1]:80</c> gives <c>::1</c>.</summary>
    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> authority)
    {
        if (authority.Length > 0 && authority[0] == '[')
        {
            int close = authority.IndexOf((byte)']');
            return close < 0 ? [] : authority[1..close];
        }

        int colon = authority.LastIndexOf((byte)':');
        return colon < 0 ? authority : authority[..colon];
    }
}
