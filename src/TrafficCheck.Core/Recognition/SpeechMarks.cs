namespace TrafficCheck.Core.Recognition;

/// <summary>What a payload shows beyond its application. Marks of the two directions of a flow may be joined with <c>|</c>.</summary>
[Flags]
public enum SpeechMarks : byte
{
    None = 0,

    /// <summary>The client asks to go on in TLS: AUTH TLS, STARTTLS, STLS, the LDAP operation StartTLS, SSLRequest.</summary>
    TlsRequested = 1,

    /// <summary>The server agrees to go on in TLS (FTP 234, SMTP 220 behind its first reply).</summary>
    TlsAccepted = 2,

    /// <summary>The client logs on without having asked for TLS (FTP, POP3: USER).</summary>
    PlainLogin = 4,

    /// <summary>Nobody asked for it and no answer is due: SNMP trap, syslog, NTP broadcast.</summary>
    Notification = 8,

    /// <summary>HTTP CONNECT: what follows is another conversation with the host named in the request.</summary>
    Tunnel = 16,

    /// <summary>A client hello or server hello of TLS, readable by <see cref="TlsHelloReader"/>.</summary>
    TlsHello = 32,
}
