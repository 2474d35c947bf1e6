namespace TrafficCheck.Core.Engine.Controls;

/// <summary>Protocols whose messages announce other flows.</summary>
internal enum ControlKind : byte
{
    None,
    Ftp,

    /// <summary>FTP in TLS from the first byte: nothing it announces can be seen.</summary>
    FtpImplicit,

    Tftp,
    Sip,

    /// <summary>Endpoint mapper of Microsoft RPC.</summary>
    EndpointMapper,

    /// <summary>Portmapper of Sun RPC.</summary>
    SunRpc,

    /// <summary>DNS over UDP.</summary>
    Dns,
}
