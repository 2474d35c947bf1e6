using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>LDAP messages (RFC 4511).</summary>
internal static class Ldap
{
    /// <summary>An anonymous bind, a search for the root entry, and the unbind.</summary>
    public static TcpConversation Over(TcpConversation connection, string baseName = "dc=corp,dc=example,dc=com") => connection
        .ClientSends(Message(1, Ber.Tlv(0x60, Ber.Integer(3), Ber.Text(""), Ber.Text("", 0x80))))
        .ServerSends(Message(1, Result(0x61)))
        .ClientSends(Message(2, Search(baseName, Ber.Text("objectClass", 0x87), "cn")))
        .ServerSends(Message(2, Result(0x65)))
        .ClientSends(Message(3, [0x42, 0]));

    /// <summary>Searches in a session that is bound already.</summary>
    public static TcpConversation Searches(TcpConversation connection, byte count, TimeSpan pause)
    {
        for (byte id = 40; id < 40 + count; id++)
        {
            connection.ClientSends(Message(id, Search("dc=corp,dc=example,dc=com", Ber.Text("mail", 0x87), "mail")))
                .ServerSends(Message(id, Result(0x65))).Wait(pause);
        }
        return connection;
    }

    /// <summary>The datagram by which a domain member looks for a domain controller (MS-ADTS section 6.3.3).</summary>
    public static byte[] DomainControllerPing(byte id) => Message(id, Search(
        "",
        Ber.Tlv(0xa0,
            Ber.Tlv(0xa3, Ber.Text("DnsDomain"), Ber.Text("corp.example.com")),
            Ber.Tlv(0xa3, Ber.Text("NtVer"), Ber.Tlv(4, [6, 0, 0, 0]))),
        "Netlogon"));

    public static byte[] DomainControllerReply(byte id) => Message(id, Result(0x65));

    private static byte[] Search(string baseName, byte[] filter, string attribute) => Ber.Tlv(
        0x63, Ber.Text(baseName), Ber.Enumerated(0), Ber.Enumerated(0), Ber.Integer(0), Ber.Integer(0), [1, 1, 0], filter,
        Ber.Sequence(Ber.Text(attribute)));

    private static byte[] Result(byte tag) => Ber.Tlv(tag, Ber.Enumerated(0), Ber.Text(""), Ber.Text(""));

    private static byte[] Message(byte id, byte[] operation) => Ber.Sequence(Ber.Integer(id), operation);
}
