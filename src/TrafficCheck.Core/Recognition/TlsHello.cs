namespace TrafficCheck.Core.Recognition;

/// <summary>
/// What a client hello or server hello of TLS says. Names and protocols go into the caller's memory (<see cref="TlsHelloReader"/>); they are
/// the sender's bytes, to be checked before use and escaped before they are shown.
/// </summary>
/// <param name="IsClient">A client hello; else a server hello.</param>
/// <param name="Version">Highest version offered, or the version chosen: 0x0301 for TLS 1.0 to 0x0304 for TLS 1.3; 0x0300 for SSL 3.0.</param>
/// <param name="ServerNameLength">Bytes of the name the client asks for (SNI, RFC 6066), 0 for none.</param>
/// <param name="ProtocolLength">Bytes of the first protocol offered, or of the one chosen (ALPN, RFC 7301), 0 for none.</param>
/// <param name="IsNameWeak">
/// The hello holds an encrypted one (ECH), so that the name may be the provider's, not the server's. Browsers also send such an extension
/// without meaning (GREASE), which looks the same.
/// </param>
/// <param name="IsComplete">The whole hello was there; otherwise what is absent may lie in bytes not yet seen.</param>
public readonly record struct TlsHello(bool IsClient, ushort Version, int ServerNameLength, int ProtocolLength, bool IsNameWeak, bool IsComplete);
