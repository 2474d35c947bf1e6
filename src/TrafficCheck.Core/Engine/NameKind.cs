namespace TrafficCheck.Core.Engine;

/// <summary>What tied a name to the server of a flow.</summary>
public enum NameKind : byte
{
    /// <summary>A DNS answer in the capture.</summary>
    Dns,

    /// <summary>The name that the TLS client of this flow asked for.</summary>
    TlsSni,

    /// <summary>The same beside an encrypted hello: the name may be the provider's.</summary>
    TlsSniOuter,

    /// <summary>The host that the HTTP request of this flow is for.</summary>
    HttpHost,

    /// <summary>The host that the client asks a proxy to reach: the peer may be called otherwise.</summary>
    HttpConnect,
}

/// <summary>The words for them in reports.</summary>
public static class NameKindExtensions
{
    public static string Word(this NameKind kind) => kind switch
    {
        NameKind.TlsSni => "tls-sni",
        NameKind.TlsSniOuter => "tls-sni-outer",
        NameKind.HttpHost => "http-host",
        NameKind.HttpConnect => "http-connect",
        _ => "dns",
    };

    /// <summary>The client said whom it means; other names of the address do not count.</summary>
    public static bool IsSure(this NameKind kind) => kind is NameKind.TlsSni or NameKind.HttpHost;
}
