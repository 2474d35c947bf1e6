using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>Protocols in BER: LDAP and CLDAP (RFC 4511, MS-ADTS 3.1.1.3.1.3), SNMP (RFC 1157, 3416, 3412), Kerberos (RFC 4120).</summary>
internal static class DirectorySpeech
{
    private static ReadOnlySpan<byte> StartTls => "1.3.6.1.4.1.1466.20037"u8;

    /// <summary>A payload that begins with the tag of a SEQUENCE, 0x30.</summary>
    public static RecognizedApplication ReadSequence(ReadOnlySpan<byte> p, bool isDatagram)
    {
        int at = 0;
        if (!BerHeader.TryRead(p, ref at, 0x30, out int length) || length < 5) return default;
        if (!BerHeader.TryReadNumber(p, ref at, out long number)) return default;
        int tag = PayloadBytes.At(p, at);
        return tag switch
        {
            0x04 => number is 0 or 1 ? SnmpCommunity(p, at) : default,
            0x30 => number == 3 ? SnmpUser(p, at) : default,
            _ => Ldap(p, at, isDatagram),
        };
    }

    /// <summary>A Kerberos message; over TCP it stands behind a length of four bytes.</summary>
    public static RecognizedApplication ReadKerberos(ReadOnlySpan<byte> p)
    {
        int at = 0;
        if (!BerHeader.TryRead(p, ref at, out int tag, out int outer)) return default;
        bool isRequest = tag is 0x6a or 0x6c, isReply = tag is 0x6b or 0x6d or 0x7e, isExchange = tag is 0x6e or 0x6f;
        if (!isRequest && !isReply && !isExchange) return default;
        if (!BerHeader.TryRead(p, ref at, 0x30, out int inner) || inner >= outer) return default;
        // The version, 5, under tag 1 in requests and 0 elsewhere; the type of the message repeats the outer tag.
        int field = isRequest ? 0xa1 : 0xa0;
        if (!BerHeader.TryRead(p, ref at, field, out int size) || size != 3 || !BerHeader.TryReadNumber(p, ref at, out long version) || version != 5) return default;
        if (!BerHeader.TryRead(p, ref at, field + 1, out size) || size != 3 || !BerHeader.TryReadNumber(p, ref at, out long type) || type != (tag & 0x1f)) return default;
        return Sure(Application.Kerberos, isReply || tag == 0x6f ? SenderRole.Server : SenderRole.Client);
    }

    private static RecognizedApplication SnmpCommunity(ReadOnlySpan<byte> p, int at)
    {
        BerHeader.TryRead(p, ref at, out _, out int community);
        if (community is < 0 or > 255) return default;
        if (at + community >= p.Length) return Fits(Application.Snmp, SenderRole.Unknown);
        return SnmpOperation(p[at + community]);
    }

    private static RecognizedApplication SnmpOperation(int tag) => tag switch
    {
        // Get, GetNext, Set, GetBulk; Inform asks for an answer, but like a trap it opens the conversation.
        0xa0 or 0xa1 or 0xa3 or 0xa5 or 0xa6 => Sure(Application.Snmp, SenderRole.Client),
        0xa2 or 0xa8 => Sure(Application.Snmp, SenderRole.Server),
        0xa4 or 0xa7 => Sure(Application.Snmp, SenderRole.Client, SpeechMarks.Notification),
        _ => default,
    };

    /// <summary>SNMPv3: global data, security parameters, then the operation, unless it is encrypted.</summary>
    private static RecognizedApplication SnmpUser(ReadOnlySpan<byte> p, int at)
    {
        if (!BerHeader.TryRead(p, ref at, 0x30, out int global) || global is < 12 or > 40) return default;
        int end = at + global;
        if (!BerHeader.TryReadNumber(p, ref at, out _) || !BerHeader.TryReadNumber(p, ref at, out _)) return default;
        if (!BerHeader.TryRead(p, ref at, 0x04, out int size) || size != 1) return default;
        int flags = PayloadBytes.At(p, at++);
        if (flags is < 0 or > 7 || !BerHeader.TryReadNumber(p, ref at, out _) || at != end) return default;
        if (!BerHeader.TryRead(p, ref at, 0x04, out int security) || security > p.Length - at) return Sure(Application.Snmp, SenderRole.Unknown);
        at += security;
        // Encrypted; who wants reports (RFC 3412 section 6.4) sent a request, but a response or trap is not told apart from the rest.
        if ((flags & 2) != 0) return Sure(Application.Snmp, (flags & 4) != 0 ? SenderRole.Client : SenderRole.Unknown);
        if (!BerHeader.TryRead(p, ref at, 0x30, out _) || !BerHeader.TryRead(p, ref at, 0x04, out int engine) || (at += engine) >= p.Length) return Sure(Application.Snmp, SenderRole.Unknown);
        if (!BerHeader.TryRead(p, ref at, 0x04, out int context) || (at += context) >= p.Length) return Sure(Application.Snmp, SenderRole.Unknown);
        RecognizedApplication operation = SnmpOperation(p[at]);
        return operation.IsNothing ? Sure(Application.Snmp, SenderRole.Unknown) : operation;
    }

    private static RecognizedApplication Ldap(ReadOnlySpan<byte> p, int at, bool isDatagram)
    {
        Application application = isDatagram ? Application.Cldap : Application.Ldap;
        if (!BerHeader.TryRead(p, ref at, out int tag, out int length)) return default;
        switch (tag)
        {
            case 0x42 when length == 0: // unbind
            case 0x50 when length is > 0 and <= 4: // abandon
            case 0x4a: // delete
                return Sure(application, SenderRole.Client);
            case 0x60 when Bind(p, at): return Of(application, SenderRole.Client, p.Length - at >= 3);
            case 0x63 when Search(p, at, out bool whole): return Of(application, SenderRole.Client, whole);
            case 0x66 or 0x68 or 0x6c or 0x6e when PayloadBytes.At(p, at) is 0x04 or 0x30 or -1: return Of(application, SenderRole.Client, p.Length > at);
            case 0x77 when PayloadBytes.At(p, at) is 0x80 or -1:
                bool seen = p.Length > at;
                bool startTls = BerHeader.TryRead(p, ref at, 0x80, out int name) && name == StartTls.Length && p[at..].StartsWith(StartTls);
                return Of(application, SenderRole.Client, seen, startTls ? SpeechMarks.TlsRequested : SpeechMarks.None);
            case 0x64 or 0x73 when PayloadBytes.At(p, at) is 0x04 or -1: return Of(application, SenderRole.Server, p.Length > at); // entry, reference
            case 0x79: return Sure(application, SenderRole.Server); // intermediate
            case 0x61 or 0x65 or 0x67 or 0x69 or 0x6b or 0x6d or 0x6f or 0x78 when Result(p, at):
                bool agrees = tag == 0x78 && p[at..].IndexOf(StartTls) is >= 0 and < 512 && PayloadBytes.At(p, at + 2) == 0;
                return Of(application, SenderRole.Server, p.Length - at >= 2, agrees ? SpeechMarks.TlsAccepted : SpeechMarks.None);
            default:
                return default;
        }
    }

    /// <summary>Sure when all is there that was asked for: what is missing could yet rule it out.</summary>
    private static RecognizedApplication Of(Application application, SenderRole sender, bool whole, SpeechMarks marks = SpeechMarks.None) =>
        whole ? Sure(application, sender, marks) : Fits(application, sender, marks);

    /// <summary>The version of a bind, 1 to 3, or as much of it as is there.</summary>
    private static bool Bind(ReadOnlySpan<byte> p, int at) =>
        PayloadBytes.At(p, at) is 0x02 or -1 && PayloadBytes.At(p, at + 1) is 1 or -1 && PayloadBytes.At(p, at + 2) is >= 1 and <= 3 or -1;

    /// <summary>A search begins with a name, then scope and dereferencing as ENUMERATED.</summary>
    private static bool Search(ReadOnlySpan<byte> p, int at, out bool whole)
    {
        whole = false;
        if (!BerHeader.TryRead(p, ref at, out int tag, out int name)) return PayloadBytes.At(p, at) is 0x04 or -1;
        whole = name < p.Length - at;
        return tag == 0x04 && (!whole || p[at + name] == 0x0a);
    }

    /// <summary>A result code: ENUMERATED of one byte.</summary>
    private static bool Result(ReadOnlySpan<byte> p, int at) => PayloadBytes.At(p, at) is 0x0a or -1 && PayloadBytes.At(p, at + 1) is 1 or -1;
}
