using System.Buffers.Binary;
using System.Globalization;
using TrafficCheck.Core.Recognition;
using static TrafficCheck.Core.Recognition.Application;
using static TrafficCheck.Core.Recognition.SenderRole;
using static TrafficCheck.Core.Tests.Recognition.Sample;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>One or more payloads of either side of every protocol.</summary>
internal static class Samples
{
    private const RecognitionConfidence Fits = RecognitionConfidence.Pattern;

    private const ushort High = 51820;

    public static readonly Sample[] All =
    [
        .. Text(), .. Web(), .. Names(), .. Directory(), .. Windows(), .. Databases(), .. Others(),
    ];

    private static Sample[] Text() =>
    [
        Client("ssh client", 22, Ssh, "SSH-2.0-PuTTY_Release_0.80\r\n"),
        Client("ssh1 client", 22, Ssh, "SSH-1.5-1.2.27\n", sender: SenderRole.Unknown),
        Server("ssh server", 22, Ssh, "SSH-2.0-OpenSSH_9.6\r\n", sender: SenderRole.Unknown),
        Client("ssh client by exchange", 22, Ssh, "SSH-2.0-OpenSSH_9.6\r\n" + Exchange("curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com")),
        Server("ssh server by exchange", 22, Ssh, "SSH-2.0-OpenSSH_9.6\r\n" + Exchange("curve25519-sha256,kex-strict-s-v00@openssh.com")),
        Client("ssh exchange alone", 22, Ssh, Exchange("curve25519-sha256,ext-info-c")),
        Client("ssh first key message", 22, Ssh, "{0000002c 06 1e 00000020" + Fill(32, 0x77) + Fill(6) + "}", Fits, sender: SenderRole.Unknown),
        Server("smtp greeting", 25, Smtp, "220 mail.example.net ESMTP ready\r\n"),
        Server("smtp greeting of a host called ftp", 25, Smtp, "220 ftp.example.net ESMTP Postfix\r\n"),
        Server("smtp extensions", 587, Smtp, "250-mail.example.net\r\n250-PIPELINING\r\n250 STARTTLS\r\n"),
        Server("smtp agrees to TLS", 25, Smtp, "250-a\r\n250 STARTTLS\r\n220 2.0.0 Ready to start TLS\r\n", marks: SpeechMarks.TlsAccepted),
        Server("smtp enhanced status", 25, Smtp, "250 2.1.0 Ok\r\n"),
        Client("smtp hello", 25, Smtp, "EHLO client.example\r\n"),
        Client("smtp hello and STARTTLS", 25, Smtp, "EHLO client.example\r\nSTARTTLS\r\n", marks: SpeechMarks.TlsRequested),
        Client("smtp mid-stream", 25, Smtp, "MAIL FROM:<a@example.net> SIZE=100\r\n"),
        Server("ftp greeting", 21, Ftp, "220 (vsFTPd 3.0.5)\r\n"),
        Server("ftp greeting of several lines", 21, Ftp, "220-Welcome\r\n220-This is the FTP server\r\n220 go on\r\n"),
        Server("greeting without a word, on 21", 21, Ftp, "220 Hello.\r\n", Fits),
        Server("greeting without a word, elsewhere", 2100, Application.Unknown, "220 Hello.\r\n", Fits),
        Server("ftp passive", 21, Ftp, "227 Entering Passive Mode (192,0,2,1,195,80).\r\n"),
        Server("ftp agrees to TLS", 21, Ftp, "220 FTP\r\n234 Using authentication type TLS\r\n", marks: SpeechMarks.TlsAccepted),
        Server("ftp login, which is no command of IMAP", 21, Ftp, "230 Login successful.\r\n", Fits),
        Client("ftp asks for TLS", 21, Ftp, "AUTH TLS\r\n", marks: SpeechMarks.TlsRequested),
        Client("ftp user", 21, Ftp, "USER anonymous\r\n", Fits, marks: SpeechMarks.PlainLogin),
        Client("user, elsewhere", 4000, Application.Unknown, "USER anonymous\r\n", Fits, marks: SpeechMarks.PlainLogin),
        Client("ftp session", 21, Ftp, "USER anonymous\r\nPASS x\r\nSYST\r\n", marks: SpeechMarks.PlainLogin),
        Client("ftp mid-stream", 21, Ftp, "EPSV\r\n"),
        Client("imap client", 143, Imap, "a001 LOGIN user secret\r\n"),
        Client("imap asks for TLS", 143, Imap, "a1 STARTTLS\r\n", marks: SpeechMarks.TlsRequested),
        Client("imap tag of digits", 143, Imap, "100 CAPABILITY\r\n"),
        Server("imap server", 143, Imap, "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"),
        Client("pop3 client", 110, Pop3, "CAPA\r\n"),
        Client("pop3 asks for TLS", 110, Pop3, "STLS\r\n", marks: SpeechMarks.TlsRequested),
        Client("pop3 user", 110, Pop3, "USER bob\r\n", Fits, marks: SpeechMarks.PlainLogin),
        Server("pop3 server", 110, Pop3, "+OK POP3 server ready <1896.697170952@mail.example.net>\r\n"),
        Server("pop3 server of few words", 110, Pop3, "+OK hello\r\n", Fits),
        Client("telnet client", 23, Telnet, "{fffd03 fffb18 fffb1f fffb20}"),
        Server("telnet server", 23, Telnet, "{fffd18 fffd20 fffd23 fffd27}"),
        Server("telnet echo", 23, Telnet, "{fffb01 fffb03}login: "),
        Client("syslog over TCP", 514, Syslog, "<34>Oct 11 22:14:15 gateway su: failed\n", marks: SpeechMarks.Notification),
        Client("syslog over TCP, counted", 6514, Syslog, "57 <34>1 2026-10-11T22:14:15.003Z gateway su - ID47 - failed", marks: SpeechMarks.Notification),
        Client("syslog", 514, Syslog, "<165>1 2026-10-11T22:14:15Z gateway app 1 - - text", Udp, marks: SpeechMarks.Notification),
        Client("syslog old", 514, Syslog, "<13>Feb  5 17:32:18 10.0.0.99 text", Udp, marks: SpeechMarks.Notification),
        Client("syslog free", 514, Syslog, "<13>something happened", Udp, Fits, marks: SpeechMarks.Notification),
        Client("sip client", 5060, Sip, "REGISTER sip:example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n", Udp),
        Server("sip server", 5060, Sip, "SIP/2.0 200 OK\r\n", Udp),
        new("sip between servers", Of("INVITE sip:bob@example.net SIP/2.0\r\n"), Udp, 5060, 5060, Sip, SenderRole.Unknown),
    ];

    private static Sample[] Web() =>
    [
        Client("http request", 80, Http, "GET /index.html HTTP/1.1\r\nHost: www.example.net\r\n\r\n"),
        Client("http webdav", 80, Http, "PROPFIND /dav HTTP/1.1\r\nHost: a\r\n\r\n"),
        Client("http unknown method", 80, Http, "FROBNICATE /dav HTTP/1.0\r\n\r\n"),
        Client("http long path", 80, Http, "GET /" + new string('a', 300)),
        Client("http connect", 3128, Http, "CONNECT www.example.net:443 HTTP/1.1\r\n\r\n", marks: SpeechMarks.Tunnel),
        Server("http response", 80, Http, "HTTP/1.1 301 Moved\r\n"),
        Client("keys by http", 11371, Hkp, "GET /pks/lookup?op=get&search=0xAA HTTP/1.1\r\n"),
        Client("http2 preface", 80, Http2, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{000000 04 00 00000000}"),
        Server("http2 settings", 80, Http2, "{00000c 04 00 00000000 0003 00000064 0004 0000ffff}"),
        new("tls client", ClientHello.Records(ClientHello.Message()), Tcp, High, 443, Tls, SenderRole.Client, Marks: SpeechMarks.TlsHello),
        new("tls server", ClientHello.Records(ClientHello.ServerMessage()), Tcp, 443, High, Tls, SenderRole.Server, Marks: SpeechMarks.TlsHello),
        new("tls mid-stream", Of("{17 0303 0400" + Fill(40, 0x9c) + "}"), Tcp, 443, High, Tls, SenderRole.Unknown),
        new("tls alert", Of("{15 0303 0002 0228}"), Tcp, 443, High, Tls, SenderRole.Unknown),
        new("tls change and finish", Of("{14 0303 0001 01 16 0303 0028" + Fill(40, 0x3c) + "}"), Tcp, High, 443, Tls, SenderRole.Unknown),
        new("tls client key", Of("{16 0303 0046 10 000042 41 04" + Fill(64, 0x44) + "}"), Tcp, High, 443, Tls, SenderRole.Client),
        new("ssl2 hello", Of("{802e 01 0301 0015 0000 0010 000004 000005 00000a 000009 000064 000062 000003" + Fill(16, 0x21) + "}"), Tcp, High, 443, Tls, SenderRole.Client),
        new("quic initial with a token", Of("{c3 00000001 08 8394c8f03e515708 04 01020304 04 aabbccdd 449e" + Fill(100, 0x55) + "}"), Udp, High, 443, Quic, SenderRole.Client),
        new("quic initial", Of("{c3 00000001 08 8394c8f03e515708 00 00 449e" + Fill(100, 0x55) + "}"), Udp, High, 443, Quic, SenderRole.Unknown),
        new("quic initial of a server", Of("{c1 00000001 00 08 f067a5502a4262b5 00 4075" + Fill(100, 0x55) + "}"), Udp, 443, High, Quic, SenderRole.Server),
        new("quic 2 early data", Of("{e3 6b3343cf 08 8394c8f03e515708 00 449e" + Fill(100, 0x55) + "}"), Udp, High, 443, Quic, SenderRole.Client),
        new("quic retry", Of("{ff 00000001 00 08 f067a5502a4262b5 746f6b656e" + Fill(16, 0x31) + "}"), Udp, 443, High, Quic, SenderRole.Server),
        new("quic versions", Of("{80 00000000 00 08 f067a5502a4262b5 00000001 6b3343cf}"), Udp, 443, High, Quic, SenderRole.Server),
        new("quic of google", Of("{0d 1122334455667788}Q043{01" + Fill(40, 0x12) + "}"), Udp, High, 443, Quic, SenderRole.Client),
    ];

    private static Sample[] Names() =>
    [
        Client("dns query", 53, Dns, Query("{1234 0100 0001 0000 0000 0000}", "0001 0001"), Udp),
        Server("dns reply", 53, Dns, Query("{1234 8180 0001 0001 0000 0000}", "0001 0001") + "{c00c 0001 0001 0000003c 0004 c0000201}", Udp),
        Client("dns query over TCP", 53, Dns, "{001d}" + Query("{1234 0100 0001 0000 0000 0000}", "0001 0001")),
        Server("dns reply over TCP, cut", 53, Dns, "{0800}" + Query("{1234 8180 0001 0009 0000 0000}", "0001 0001")),
        Client("dns update", 53, Dns, Query("{1234 2800 0001 0000 0001 0000}", "0006 0001"), Udp),
        new("mdns query", Of("{0000 0000 0001 0000 0000 0000 05}_http{04}_tcp{05}local{00 000c 8001}"), Udp, 5353, 5353, Mdns, SenderRole.Unknown),
        new("mdns one-shot query", Of("{0007 0000 0001 0000 0000 0000 04}host{05}local{00 0001 0001}"), Udp, High, 5353, Mdns, SenderRole.Client),
        new("mdns announcement", Of("{0000 8400 0000 0001 0000 0000 04}host{05}local{00 0001 8001 00000078 0004 c0000207}"), Udp, 5353, 5353, Mdns, SenderRole.Unknown),
        Client("llmnr query", 5355, Llmnr, "{abcd 0000 0001 0000 0000 0000 04}wpad{00 0001 0001}", Udp),
        Server("llmnr reply", 5355, Llmnr, "{abcd 8000 0001 0000 0000 0000 04}wpad{00 0001 0001}", Udp),
        new("nbns query", Of("{8001 0110 0001 0000 0000 0000 20}FHEPFCELEHFCEPFFFACACACACACACABL{00 0020 0001}"), Udp, 137, 137, Nbns, SenderRole.Client),
        new("nbns registration", Of("{8002 2910 0001 0000 0000 0001 20}FHEPFCELEHFCEPFFFACACACACACACABL{00 0020 0001 c00c 0020 0001}"), Udp, 137, 137, Nbns, SenderRole.Client),
        new("nbns reply", Of("{8001 8500 0000 0001 0000 0000 20}FHEPFCELEHFCEPFFFACACACACACACABL{00 0020 0001 000493e0 0006 0000 c0000205}"), Udp, 137, 137, Nbns, SenderRole.Server),
        new("ntp client", Of("{23 00 06 ec" + Fill(36) + "e123456789abcdef}"), Udp, 123, 123, Ntp, SenderRole.Client),
        new("ntp server", Of("{24 02 06 ec 00000a0b 00000c0d c0000201" + Fill(24, 0xe1) + "e123456789abcdef}"), Udp, 123, 123, Ntp, SenderRole.Server),
        new("ntp peer", Of("{21 02 06 ec 00000a0b 00000c0d c0000201" + Fill(24, 0xe1) + "e123456789abcdef}"), Udp, 123, 123, Ntp, SenderRole.Unknown),
        new("ntp broadcast", Of("{25 02 06 ec 00000a0b 00000c0d c0000201" + Fill(24, 0xe1) + "e123456789abcdef}"), Udp, 123, 123, Ntp, SenderRole.Server, Marks: SpeechMarks.Notification),
        new("ntp control", Of("{16 02 0001 0000 0000 0000 0000}"), Udp, High, 123, Ntp, SenderRole.Client, Fits),
        new("ntp private reply", Of("{d7 00 03 2a 0001 0048}" + "{" + Fill(72, 0x0a) + "}"), Udp, 123, High, Ntp, SenderRole.Server, Fits),
    ];

    private static Sample[] Directory() =>
    [
        Client("snmp get", 161, Snmp, "{3026 020101 0406}public{a019 02012a 020100 020100 300e 300c 0608 2b06010201010100 0500}", Udp),
        Server("snmp response", 161, Snmp, "{3026 020100 0406}public{a219 02012a 020100 020100 300e 300c 0608 2b06010201010100 0500}", Udp),
        Client("snmp trap 1", 162, Snmp, "{302e 020100 0406}public{a421 06082b06010401020304 4004c0000201 020106 020101 430201f4 3000}", Udp, marks: SpeechMarks.Notification),
        Client("snmp trap 2", 162, Snmp, "{3026 020101 0406}public{a719 02012a 020100 020100 300e 300c 0608 2b06010201010100 0500}", Udp, marks: SpeechMarks.Notification),
        Client("snmp inform", 162, Snmp, "{3026 020101 0406}public{a619 02012a 020100 020100 300e 300c 0608 2b06010201010100 0500}", Udp),
        Client("snmp 3 get", 161, Snmp, "{303c 020103 300d 020101 020205dc 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400 3016 0400 0400 a010 020101 020100 020100 3005 30030601 00}", Udp),
        Client("snmp 3 encrypted request", 161, Snmp, "{303c 020103 300d 020101 020205dc 040107 020103 0410 300e 0400 020100 020100 0400 0400 0400 0408 0011223344556677}", Udp),
        Server("snmp 3 encrypted reply", 161, Snmp, "{303c 020103 300d 020101 020205dc 040103 020103 0410 300e 0400 020100 020100 0400 0400 0400 0408 0011223344556677}", Udp, sender: SenderRole.Unknown),
        Client("ldap bind", 389, Ldap, "{300c 020101 6007 020103 0400 8000}"),
        Server("ldap bind answer", 389, Ldap, "{300c 020101 6107 0a0100 0400 0400}"),
        Client("ldap search, long lengths", 3268, Ldap, "{3084 0000002d 020102 6384 00000024 0400 0a0100 0a0100 020100 020100 010100 870b}objectclass{3084 00000000}"),
        Server("ldap entry", 389, Ldap, "{3010 020102 640b 0405}cn=me{3002 3000}"),
        Client("ldap StartTLS", 23955, Ldap, "{301d 020101 7718 8016}1.3.6.1.4.1.1466.20037", marks: SpeechMarks.TlsRequested),
        Server("ldap agrees to TLS", 389, Ldap, "{3024 020101 781f 0a0100 0400 0400 8a16}1.3.6.1.4.1.1466.20037", marks: SpeechMarks.TlsAccepted),
        Client("cldap search", 389, Cldap, "{3025 020102 6320 0400 0a0100 0a0100 020100 020100 010100 870b}objectclass{3000}", Udp),
        Server("cldap done", 389, Cldap, "{300c 020102 6507 0a0100 0400 0400}", Udp),
        Client("kerberos AS-REQ", 88, Kerberos, "{6a20 301e a103020105 a20302010a a412 3010 a007 0305 0050800000 a505 0203 010203}", Udp),
        Server("kerberos AS-REP", 88, Kerberos, "{6b20 301e a003020105 a10302010b a312 3010 a007 0305 0050800000 a505 0203 010203}", Udp),
        Client("kerberos TGS-REQ over TCP", 88, Kerberos, "{00000022 6c20 301e a103020105 a20302010c a412 3010 a007 0305 0050800000 a505 0203 010203}"),
        Server("kerberos error", 88, Kerberos, "{7e20 301e a003020105 a10302011e a412 3010 a007 0305 0050800000 a505 0203 010203}", Udp),
        Client("radius request", 1812, Radius, "{01 2a 001f" + Fill(16, 0x99) + "0105}bob{0406 c0000201}", Udp),
        Server("radius accept", 1812, Radius, "{02 2a 001a" + Fill(16, 0x99) + "0606 00000002}", Udp),
    ];

    private static Sample[] Windows() =>
    [
        Client("smb1 negotiate", 445, Smb, "{00000054 ff}SMB{72 00000000 18 53c8" + Fill(50) + "}"),
        Server("smb1 answer", 139, Smb, "{00000054 ff}SMB{72 00000000 98 53c8" + Fill(50) + "}"),
        Client("smb2 negotiate", 445, Smb, "{00000068 fe}SMB{4000 0000 00000000 0000 0000 00000000" + Fill(60) + "}"),
        Server("smb2 answer", 445, Smb, "{00000068 fe}SMB{4000 0000 00000000 0000 0100 01000000" + Fill(60) + "}"),
        new("smb3 encrypted", Of("{00000068 fd}SMB{" + Fill(60, 0x7e) + "}"), Tcp, High, 445, Smb, SenderRole.Unknown),
        Client("netbios session request", 139, NetbiosSession, "{81000044 20}FHEPFCELEHFCEPFFFACACACACACACABL{00 20}FHEPFCELEHFCEPFFFACACACACACACAAA{00}"),
        Server("netbios session answer", 139, NetbiosSession, "{82000000}"),
        Client("msrpc bind", 135, Msrpc, "{05 00 0b 03 10000000 4800 0000 01000000 d016 d016 00000000" + Fill(44) + "}"),
        Server("msrpc bind answer", 49664, Msrpc, "{05 00 0c 03 10000000 3c00 0000 01000000 d016 d016 00000000" + Fill(32) + "}"),
        Client("msrpc request", 135, Msrpc, "{05 00 00 03 10000000 2800 0000 02000000 10000000 0000 0300" + Fill(16) + "}"),
        Client("rdp request with a cookie", 3389, Rdp, "{0300 002a 25 e0 0000 0000 00}Cookie: mstshash=me\r\n{01 00 0800 03000000}"),
        Client("rdp request", 3389, Rdp, "{0300 0013 0e e0 0000 0000 00 01 00 0800 03000000}"),
        Server("rdp answer", 3389, Rdp, "{0300 0013 0e d0 0000 1234 00 02 1f 0800 02000000}"),
        Client("rdp request, bare", 3389, Rdp, "{0300 000b 06 e0 0000 0000 00}", Fits),
        Client("rdp conference", 3389, Rdp, "{0300 01ca 02 f0 80 7f65 8201be" + Fill(30, 0x04) + "}"),
    ];

    private static Sample[] Databases() =>
    [
        Server("mysql greeting", 3306, Mysql, "{4a000000 0a}8.0.36{00 08000000" + Fill(8, 0x41) + "00 ffff ff 0200 ffdf 15" + Fill(10) + Fill(12, 0x42) + "00}mysql_native_password{00}"),
        Client("mysql login", 3306, Mysql, "{ad000001 8da60f00 00000001 ff" + Fill(23) + "}root{00}"),
        Client("mysql asks for TLS", 3306, Mysql, "{20000001 8dae0f00 00000001 ff" + Fill(23) + "}", marks: SpeechMarks.TlsRequested),
        Client("postgresql start", 5432, Postgresql, "{00000015 00030000}user{00}postgres{0000}"),
        Client("postgresql asks for TLS", 5432, Postgresql, "{00000008 04d2162f}", marks: SpeechMarks.TlsRequested),
        Server("postgresql authentication", 5432, Postgresql, "R{00000008 00000000}"),
        Server("postgresql error", 5432, Postgresql, "E{00000060}SFATAL{00}VFATAL{00}"),
        Client("mssql prelogin", 1433, Mssql, "{12 01 002f 0000 01 00 00001a0006 0100200001 02002100 01 0300220004 ff" + Fill(20) + "}"),
        Server("mssql prelogin answer", 1433, Mssql, "{04 01 002b 0000 01 00 00001a0006 0100200001 02002100 01 0300220000 ff" + Fill(16) + "}"),
        Client("mssql login", 1433, Mssql, "{10 01 0090 0000 01 00 88000000 04000074 00100000" + Fill(60) + "}"),
        Client("mssql batch", 1433, Mssql, "{01 01 0060 0000 01 00 16000000 12000000 0200 0000000000000000 01000000}s{00}"),
        Client("mssql TLS", 1433, Mssql, "{12 01 0060 0000 00 00 16 0303 004f 01 00004b 0303" + Fill(40) + "}"),
    ];

    private static Sample[] Others() =>
    [
        new("dhcp discover", Dhcp(1), Udp, 68, 67, Application.Dhcp, SenderRole.Client),
        new("dhcp offer", Dhcp(2), Udp, 67, 68, Application.Dhcp, SenderRole.Server),
        Client("tftp read", 69, Tftp, "{0001}boot.img{00}octet{00}", Udp),
        new("tftp first block", Of("{0003 0001" + Fill(512, 0x61) + "}"), Udp, 40000, High, Tftp, SenderRole.Unknown, Fits),
        Server("tftp options", 40000, Tftp, "{0006}blksize{00}1428{00}", Udp),
        new("rtp", Of("{80 00 1234 00000320 deadbeef" + Fill(160, 0xd5) + "}"), Udp, 40000, 30000, Rtp, SenderRole.Unknown, Fits),
        new("rtcp", Of("{81 c9 0007 deadbeef" + Fill(24, 0x01) + "81 ca 0002 deadbeef 01000000}"), Udp, 40001, 30001, Rtp, SenderRole.Unknown),
    ];

    private static byte[] Dhcp(byte operation)
    {
        var bytes = new byte[300];
        (bytes[0], bytes[1], bytes[2]) = (operation, 1, 6);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(236), 0x63825363);
        (bytes[240], bytes[241], bytes[242], bytes[243]) = (53, 1, operation, 255);
        return bytes;
    }

    /// <summary>A key exchange packet up to its second list; its length is a multiple of eight less four.</summary>
    private static string Exchange(string methods) =>
        "{" + Word(((methods.Length + 128) / 8 * 8) + 4) + "06 14" + Fill(16, 0xc0) + Word(methods.Length) + "}" + methods + "{" + Word(7) + "}ssh-rsa";

    private static string Word(int value) => value.ToString("x8", CultureInfo.InvariantCulture);

    private static string Query(string header, string type) => header + "{03}www{07}example{00" + type + "}";

    private static Sample Client(string name, ushort port, Application application, string text, byte transport, RecognitionConfidence confidence = RecognitionConfidence.Payload, SpeechMarks marks = SpeechMarks.None, SenderRole sender = SenderRole.Client) =>
        new(name, Of(text), transport, High, port, application, sender, confidence, marks);

    private static Sample Client(string name, ushort port, Application application, string text, RecognitionConfidence confidence = RecognitionConfidence.Payload, SpeechMarks marks = SpeechMarks.None, SenderRole sender = SenderRole.Client) =>
        Client(name, port, application, text, Tcp, confidence, marks, sender);

    private static Sample Server(string name, ushort port, Application application, string text, byte transport, RecognitionConfidence confidence = RecognitionConfidence.Payload, SpeechMarks marks = SpeechMarks.None, SenderRole sender = SenderRole.Server) =>
        new(name, Of(text), transport, port, High, application, sender, confidence, marks);

    private static Sample Server(string name, ushort port, Application application, string text, RecognitionConfidence confidence = RecognitionConfidence.Payload, SpeechMarks marks = SpeechMarks.None, SenderRole sender = SenderRole.Server) =>
        Server(name, port, application, text, Tcp, confidence, marks, sender);
}
