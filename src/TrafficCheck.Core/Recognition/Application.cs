namespace TrafficCheck.Core.Recognition;

/// <summary>What a payload speaks. Names as reports and matrices write them are in <see cref="ApplicationNames"/>.</summary>
public enum Application : byte
{
    /// <summary>Not known: nothing was looked at, or what was seen fits several applications (a bare greeting <c>220</c>).</summary>
    Unknown,

    /// <summary>The first bytes of the conversation were looked at and are none of the applications below.</summary>
    Unrecognized,

    Tls,
    Http,
    Http2,
    Hkp,
    Quic,
    Ssh,
    Smtp,
    Ftp,
    Imap,
    Pop3,
    Dns,
    Mdns,
    Llmnr,
    Nbns,
    Ntp,
    Snmp,
    Ldap,
    Cldap,
    Kerberos,
    Smb,
    NetbiosSession,
    Msrpc,
    Rdp,
    Syslog,
    Sip,
    Rtp,
    Dhcp,
    Tftp,
    Radius,
    Mysql,
    Postgresql,
    Mssql,
    Telnet,
}
