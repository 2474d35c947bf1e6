namespace TrafficCheck.Core.Recognition.Names;

/// <summary>What tied a name to an address.</summary>
public enum NameSource
{
    /// <summary>A DNS answer.</summary>
    Dns,

    /// <summary>The server name that a TLS client asked for.</summary>
    Sni,

    /// <summary>The Host header of an HTTP request.</summary>
    HttpHost,
}
