using TrafficCheck.Core.Recognition.Protocols;

namespace TrafficCheck.Core.Recognition;

/// <summary>
/// Tells from the first payload bytes of one direction of a flow what is spoken, and whether its client or its server speaks. Works on any
/// port; ports only break ties between readings that the bytes allow. Never throws, allocates nothing, and looks at a bounded number of
/// bytes. More bytes of the same direction, joined over segments, may say more, and do not contradict what was said with
/// <see cref="RecognitionConfidence.Payload"/>.
/// </summary>
public static class ApplicationRecognizer
{
    /// <summary>More bytes than these are not looked at. 64 are enough for most protocols, a greeting or request line may need 512.</summary>
    public const int MaxBytes = 4096;

    /// <param name="payload">Transport payload from the start of a segment or datagram; a TCP caller may append the segments that follow.</param>
    /// <param name="transport">IP protocol number; only TCP (6) and UDP (17) carry what is known here.</param>
    /// <param name="sourcePort">Port of the sender of these bytes.</param>
    /// <param name="destinationPort">Port of the receiver.</param>
    /// <param name="recognized">What was recognized; the application is unknown when only the sender's role is seen.</param>
    /// <returns>Whether anything was recognized.</returns>
    public static bool TryRecognize(ReadOnlySpan<byte> payload, byte transport, ushort sourcePort, ushort destinationPort, out RecognizedApplication recognized)
    {
        recognized = default;
        if (payload.Length == 0) return false;
        if (payload.Length > MaxBytes) payload = payload[..MaxBytes];
        if (transport == PayloadBytes.Tcp) recognized = Stream(payload, sourcePort, destinationPort);
        else if (transport == PayloadBytes.Udp) recognized = Datagram(payload, sourcePort, destinationPort);
        return !recognized.IsNothing;
    }

    private static RecognizedApplication Stream(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        RecognizedApplication seen = p[0] switch
        {
            >= 0x14 and <= 0x17 => TlsSpeech.Read(p),
            0x00 => StreamOfZero(p),
            0x03 => WindowsSpeech.ReadRdp(p),
            0x05 => WindowsSpeech.ReadRpc(p),
            >= 0x81 and <= 0x85 => WindowsSpeech.ReadSession(p),
            0x30 => DirectorySpeech.ReadSequence(p, isDatagram: false),
            0xff => TelnetSpeech.Read(p),
            (byte)'<' => SyslogSpeech.Read(p),
            (byte)'*' => ReplySpeech.ReadImap(p),
            (byte)'+' or (byte)'-' => ReplySpeech.ReadPop(p, source),
            >= (byte)'1' and <= (byte)'9' => StreamOfDigit(p, source),
            >= (byte)'A' and <= (byte)'Z' or >= (byte)'a' and <= (byte)'z' => StreamOfLetter(p, source, destination),
            _ => default,
        };
        if (!seen.IsNothing) return seen;
        return BehindLength(p, source, destination);
    }

    /// <summary>Protocols that begin with a length, or with a number that may be any byte.</summary>
    private static RecognizedApplication BehindLength(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        RecognizedApplication seen = p[0] is >= 1 and <= 0x12 ? DatabaseSpeech.ReadTds(p) : default;
        if (seen.IsNothing && p.Length > 3 && p[2] == 0 && p[3] <= 1) seen = DatabaseSpeech.ReadMysql(p);
        if (seen.IsNothing && p[0] >= 0x80) seen = TlsSpeech.ReadSsl2(p);
        return seen.IsNothing ? DnsSpeech.ReadStream(p, source, destination) : seen;
    }

    private static RecognizedApplication StreamOfZero(ReadOnlySpan<byte> p)
    {
        RecognizedApplication seen = WindowsSpeech.ReadSmb(p);
        if (!seen.IsNothing || p.Length < 6 || p[1] != 0) return seen;
        if (p[4] is >= 0x6a and <= 0x7e) seen = DirectorySpeech.ReadKerberos(p[4..]);
        if (seen.IsNothing) seen = DatabaseSpeech.ReadPostgresql(p);
        if (seen.IsNothing) seen = HttpSpeech.ReadSettings(p);
        return seen.IsNothing ? SshSpeech.ReadPacket(p) : seen;
    }

    private static RecognizedApplication StreamOfDigit(ReadOnlySpan<byte> p, ushort source)
    {
        RecognizedApplication seen = SyslogSpeech.ReadCounted(p);
        if (seen.IsNothing && CommandSpeech.IsImapOnly(p, source, out RecognizedApplication command)) return command;
        if (seen.IsNothing) seen = ReplySpeech.ReadNumbered(p, source);
        // "230 Login successful" is no command of IMAP with the tag 230.
        return seen.IsNothing ? CommandSpeech.ReadImap(p) : seen;
    }

    private static RecognizedApplication StreamOfLetter(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        RecognizedApplication seen = default;
        if (PayloadBytes.At(p, 1) == 0) return DatabaseSpeech.ReadPostgresqlMessage(p);
        if (p[0] <= 'Z')
        {
            if (p[0] == 'S') seen = SshSpeech.ReadIdentification(p);
            else if (p[0] == 'H') seen = HttpSpeech.ReadResponse(p);
            if (seen.IsNothing) seen = MediaSpeech.ReadSip(p, source, destination);
            if (seen.IsNothing) seen = HttpSpeech.ReadRequest(p);
        }

        if (seen.IsNothing) seen = CommandSpeech.Read(p, destination);
        return seen.IsNothing ? CommandSpeech.ReadImap(p) : seen;
    }

    private static RecognizedApplication Datagram(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        // An identifier of any value comes first in DNS, which is also the most frequent; its counts and name are hard to hit by chance.
        RecognizedApplication seen = DnsSpeech.ReadDatagram(p, source, destination);
        if (!seen.IsNothing && seen.Confidence == RecognitionConfidence.Payload) return seen;
        RecognizedApplication other = p[0] switch
        {
            0x00 => DatagramSpeech.ReadTftp(p),
            0x30 => DirectorySpeech.ReadSequence(p, isDatagram: true),
            (byte)'<' => SyslogSpeech.Read(p),
            >= (byte)'A' and <= (byte)'Z' => MediaSpeech.ReadSip(p, source, destination),
            >= 0x6a and <= 0x7e => DirectorySpeech.ReadKerberos(p),
            _ => default,
        };
        if (other.IsNothing && p[0] is 1 or 2) other = DatagramSpeech.ReadDhcp(p);
        if (other.IsNothing && p[0] is >= 1 and <= 45) other = DatagramSpeech.ReadRadius(p);
        if (other.IsNothing && (p[0] & 0x89) == 0x09) other = QuicSpeech.ReadGoogle(p);

        // A list of versions of QUIC, or a clock that knows nothing yet: the rest may fit both, so the port says which is looked for.
        bool isEither = p[0] >= 0x80 && PayloadBytes.U32(p, 1) == 0, on123 = source == NtpSpeech.Port || destination == NtpSpeech.Port;
        if (other.IsNothing && (!isEither || on123)) other = NtpSpeech.Read(p, source, destination);
        if (other.IsNothing && p[0] >= 0x80) other = isEither && on123 ? QuicSpeech.Read(p).Weaker() : QuicSpeech.Read(p);
        if (other.IsNothing && (p[0] & 0xc0) == 0x80) other = MediaSpeech.ReadRtp(p, source, destination);

        // A name that is cut may yet make it DNS: nothing else is sure until then.
        if (!seen.IsNothing && other.Confidence == RecognitionConfidence.Payload) return other.Weaker();
        return other.Confidence > seen.Confidence ? other : seen.IsNothing ? other : seen;
    }
}
