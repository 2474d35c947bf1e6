using System.Globalization;
using System.Net;
using System.Text;

namespace TrafficCheck.Live.Alerts;

/// <summary>Where alerts go, as the command line gives it.</summary>
public abstract record AlertReceiver
{
    /// <summary>For status and messages; without secrets.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// <c>syslog://HOST[:514]</c>, <c>syslog+tcp://HOST[:514]</c>, <c>syslog+tls://HOST[:6514]</c>, <c>http://...</c>, <c>https://...</c>, or <c>-</c> for
    /// lines of JSON on standard output. Syslog takes <c>?facility=local4</c>, and with TLS <c>&amp;ca=FILE</c>, a PEM file of the authorities that alone are
    /// trusted.
    /// </summary>
    /// <exception cref="FormatException">Not understood; the message says what is, and repeats no secret.</exception>
    public static AlertReceiver Parse(string text, WebhookSecrets? secrets = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "-") return new LinesReceiver(null);
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0) throw new FormatException("give syslog://HOST, syslog+tcp://HOST, syslog+tls://HOST, an http or https address, or -");
        return uri.Scheme switch
        {
            "syslog" or "syslog+udp" => SyslogReceiver.Parse(uri, SyslogTransport.Udp),
            "syslog+tcp" => SyslogReceiver.Parse(uri, SyslogTransport.Tcp),
            "syslog+tls" => SyslogReceiver.Parse(uri, SyslogTransport.Tls),
            "http" or "https" => WebhookReceiver.Parse(uri, secrets),
            _ => throw new FormatException($"'{uri.Scheme}' is not known: give syslog, syslog+tcp, syslog+tls, http or https"),
        };
    }

    /// <summary>A program with its arguments; quotes and backslashes as <see cref="CommandWords"/> reads them. No shell runs.</summary>
    /// <exception cref="FormatException">A quote is not closed, or there is no program.</exception>
    public static AlertReceiver Command(string text) => new CommandReceiver(CommandWords.Split(text));
}

public enum SyslogTransport
{
    /// <summary>RFC 5426.</summary>
    Udp,

    /// <summary>RFC 6587 with octet counting.</summary>
    Tcp,

    /// <summary>RFC 5425; the certificate is validated.</summary>
    Tls,
}

/// <param name="Host">Name or address.</param>
/// <param name="Facility">RFC 5424 table 1; 16 is local0.</param>
/// <param name="AuthorityFile">PEM file of the authorities that alone are trusted; null for those of the system.</param>
public sealed record SyslogReceiver(SyslogTransport Transport, string Host, int Port, int Facility = SyslogReceiver.DefaultFacility, string? AuthorityFile = null) : AlertReceiver
{
    public const int DefaultFacility = 16;

    private static readonly string[] s_facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    public override string Name => string.Create(
        CultureInfo.InvariantCulture,
        $"syslog {Transport switch { SyslogTransport.Udp => "udp", SyslogTransport.Tcp => "tcp", _ => "tls" }} {(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    internal static SyslogReceiver Parse(Uri uri, SyslogTransport transport)
    {
        if (uri.UserInfo.Length > 0 || uri.AbsolutePath is not ("" or "/")) throw new FormatException("a syslog address is HOST[:PORT], without user or path");
        int port = uri.Port > 0 ? uri.Port : transport == SyslogTransport.Tls ? 6514 : 514;
        var receiver = new SyslogReceiver(transport, uri.DnsSafeHost, port);
        foreach (string part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..]);
            receiver = (equals < 0 ? part : part[..equals]) switch
            {
                "facility" when Array.IndexOf(s_facilities, value) is >= 0 and var facility => receiver with { Facility = facility },
                "facility" => throw new FormatException($"facility '{value}': give one of {string.Join(", ", s_facilities)}"),
                "ca" when transport == SyslogTransport.Tls && value.Length > 0 => receiver with { AuthorityFile = value },
                _ => throw new FormatException($"'{part}': a syslog address takes facility=NAME and, with TLS, ca=FILE"),
            };
        }

        return receiver;
    }
}

/// <summary>What a webhook proves itself with; nothing of it is ever shown.</summary>
/// <param name="HeaderName">Such as <c>Authorization</c>; null for none.</param>
/// <param name="SigningKey">Key of the HMAC-SHA256 over the body that goes with it; null for none.</param>
public sealed record WebhookSecrets(string? HeaderName, string? HeaderValue, byte[]? SigningKey)
{
    public override string ToString() => nameof(WebhookSecrets);

    /// <param name="header"><c>NAME: env:VARIABLE</c> or <c>NAME: file:PATH</c>, or null.</param>
    /// <param name="signing"><c>env:VARIABLE</c> or <c>file:PATH</c>, or null.</param>
    /// <exception cref="FormatException">Not understood, or the variable or file is missing.</exception>
    public static WebhookSecrets Read(string? header, string? signing)
    {
        string? name = null, value = null;
        if (header is not null)
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1) throw new FormatException("give NAME: env:VARIABLE or NAME: file:PATH");
            name = header[..colon].Trim();
            if (name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))) throw new FormatException("the name of a header has letters, digits and -");
            value = SecretText.Read(header[(colon + 1)..].Trim());
            if (value.Any(c => c is < ' ' or > '~')) throw new FormatException("the value of a header is one line of ASCII");
        }

        return new(name, value, signing is null ? null : Encoding.UTF8.GetBytes(SecretText.Read(signing)));
    }
}

/// <param name="Address">Without user and password.</param>
/// <param name="Credentials">Those that the address had; null for none.</param>
public sealed record WebhookReceiver(Uri Address, NetworkCredential? Credentials, WebhookSecrets? Secrets) : AlertReceiver
{
    /// <summary>Path and query may be secret as well.</summary>
    public override string Name => $"webhook {Address.GetLeftPart(UriPartial.Authority)}";

    public override string ToString() => Name;

    internal static WebhookReceiver Parse(Uri uri, WebhookSecrets? secrets)
    {
        NetworkCredential? credentials = null;
        if (uri.UserInfo.Length > 0)
        {
            string[] parts = uri.UserInfo.Split(':', 2);
            credentials = new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }

        return new(new UriBuilder(uri) { UserName = "", Password = "", Fragment = "" }.Uri, credentials, secrets);
    }
}

/// <param name="Words">The program, then its arguments.</param>
public sealed record CommandReceiver(IReadOnlyList<string> Words) : AlertReceiver
{
    /// <summary>Arguments may be secret.</summary>
    public override string Name => $"command {Path.GetFileName(Words[0])}";

    public override string ToString() => Name;
}

/// <summary>Lines of JSON.</summary>
/// <param name="Output">Null for the standard output of the process.</param>
public sealed record LinesReceiver(Stream? Output) : AlertReceiver
{
    public override string Name => "standard output";
}
