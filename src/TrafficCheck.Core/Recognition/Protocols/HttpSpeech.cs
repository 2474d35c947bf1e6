using System.Text;
using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>HTTP/1 (RFC 9112) with WebDAV and other methods, the preface and first settings of HTTP/2 (RFC 9113), keys by HTTP (HKP).</summary>
internal static class HttpSpeech
{
    private const int LongTarget = 64;

    private static readonly byte[][] s_methods =
    [
        .. new[]
        {
            "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK",
            "UNLOCK", "REPORT", "SEARCH", "MERGE", "CHECKOUT", "BITS_POST", "RPC_IN_DATA", "RPC_OUT_DATA",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>A payload that begins with the letter H.</summary>
    public static RecognizedApplication ReadResponse(ReadOnlySpan<byte> p)
    {
        if (!p.StartsWith("HTTP/1."u8)) return default;
        if (PayloadBytes.At(p, 7) is not (-1 or '0' or '1') || PayloadBytes.At(p, 8) is not (-1 or ' ')) return default;
        return p.Length < 9 ? Fits(Application.Http, SenderRole.Server) : PayloadBytes.IsDigit(p.Length > 9 ? p[9] : '2') ? Sure(Application.Http, SenderRole.Server) : default;
    }

    /// <summary>A payload that begins with a capital letter.</summary>
    public static RecognizedApplication ReadRequest(ReadOnlySpan<byte> p)
    {
        if (p[0] == 'P' && p.StartsWith("PRI * HTTP/2.0\r\n"u8)) return Sure(Application.Http2, SenderRole.Client);
        int space = p[..Math.Min(p.Length, 24)].IndexOf((byte)' ');
        if (space < 1 || !IsToken(p[..space])) return default;
        ReadOnlySpan<byte> line = PayloadBytes.Line(p, out _, out bool ended);
        if (line.Length <= space + 1) return default;
        ReadOnlySpan<byte> method = p[..space], target = line[(space + 1)..];
        int end = target.LastIndexOf(" HTTP/1."u8);
        if (ended)
        {
            if (end < 1 || target.Length != end + 9 || !PayloadBytes.IsDigit(target[^1])) return default;
            if (target[..end].IndexOfAnyInRange<byte>(0, 0x1f) >= 0) return default; // other protocols may hold a request line further on
            return Request(method, target[..end]);
        }

        // A request line longer than what is at hand: the method, and a path that goes on for long.
        if (!IsMethod(method)) return default;
        bool isPath = target[0] == '/' && target.IndexOfAnyExceptInRange((byte)0x21, (byte)0xfe) < 0;
        if (isPath && target.Length >= LongTarget) return Request(method, target);
        return isPath || PayloadBytes.Begins(target, "http://"u8) ? Fits(Application.Http, SenderRole.Client) : default;
    }

    /// <summary>The settings with which a server of HTTP/2 opens: whole entries of six bytes, stream 0, known names.</summary>
    public static RecognizedApplication ReadSettings(ReadOnlySpan<byte> p)
    {
        if (p.Length < 9 || p[0] != 0 || p[1] != 0 || p[2] % 6 != 0 || p[2] > 96 || p[3] != 4 || p[4] != 0 || PayloadBytes.U32(p, 5) != 0) return default;
        if (p[2] == 0) return p.Length == 9 || p[9] == 0 ? Fits(Application.Http2, SenderRole.Server) : default;
        int name = PayloadBytes.U16(p, 9);
        return name < 0 ? Fits(Application.Http2, SenderRole.Server) : name is >= 1 and <= 16 ? Sure(Application.Http2, SenderRole.Server) : default;
    }

    private static RecognizedApplication Request(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target)
    {
        bool isKeys = target.StartsWith("/pks/"u8);
        return Sure(isKeys ? Application.Hkp : Application.Http, SenderRole.Client, method.SequenceEqual("CONNECT"u8) ? SpeechMarks.Tunnel : SpeechMarks.None);
    }

    private static bool IsMethod(ReadOnlySpan<byte> method)
    {
        foreach (byte[] known in s_methods)
        {
            if (method.SequenceEqual(known)) return true;
        }

        return false;
    }

    private static bool IsToken(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b is not (>= (byte)'A' and <= (byte)'Z' or (byte)'-' or (byte)'_')) return false;
        }

        return true;
    }
}
