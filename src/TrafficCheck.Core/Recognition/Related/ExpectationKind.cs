namespace TrafficCheck.Core.Recognition.Related;

/// <summary>What announced a flow.</summary>
public enum ExpectationKind
{
    /// <summary>PORT or EPRT: the server opens the data connection, from port 20 or any other.</summary>
    FtpActive,

    /// <summary>227 or 229: the client opens the data connection.</summary>
    FtpPassive,

    /// <summary>A read or write request: the server answers from a port of its own to the port of the request (RFC 1350 section 4).</summary>
    Tftp,

    /// <summary>Media of a SIP call that SDP announced as RTP, either way.</summary>
    SipRtp,

    /// <summary>Control of those media: the port given, or the next one (RFC 3550 section 11, RFC 3605).</summary>
    SipRtcp,

    /// <summary>Other media of a SIP call, such as fax.</summary>
    SipMedia,

    /// <summary>A port that the endpoint mapper of Microsoft RPC gave.</summary>
    RpcEndpoint,

    /// <summary>A port that a portmapper of Sun RPC gave.</summary>
    SunRpc,

    /// <summary>A DNS answer that did not fit into its datagram: the client asks again over TCP (RFC 7766).</summary>
    DnsTcp,
}
