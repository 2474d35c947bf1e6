using System.Text;
using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>SIP (RFC 3261) over UDP and TCP; RTP and RTCP (RFC 3550).</summary>
internal static class MediaSpeech
{
    private const int Opening = 5;

    /// <summary>Methods that open a dialogue or ask a server come first; the others may come from either end of one.</summary>
    private static readonly byte[][] s_methods =
    [
        .. new[] { "INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "PUBLISH", "ACK", "BYE", "CANCEL", "NOTIFY", "MESSAGE", "INFO", "REFER", "UPDATE", "PRACK" }
            .Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>
    /// A payload that begins with a capital letter. Between two servers (equal ports) each end asks and answers on the same flow, so a message
    /// says nothing of who opened it.
    /// </summary>
    public static RecognizedApplication ReadSip(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        bool symmetric = source == destination;
        if (p.StartsWith("SIP/2.0 "u8))
            return PayloadBytes.IsDigit(p.Length > 8 ? p[8] : '2') ? Sure(Application.Sip, symmetric ? SenderRole.Unknown : SenderRole.Server) : default;
        for (int i = 0; i < s_methods.Length; i++)
        {
            byte[] method = s_methods[i];
            if (!p.StartsWith(method) || PayloadBytes.At(p, method.Length) != ' ') continue;
            ReadOnlySpan<byte> target = p[(method.Length + 1)..];
            bool known = PayloadBytes.Begins(target, "sip:"u8) || PayloadBytes.Begins(target, "sips:"u8) || PayloadBytes.Begins(target, "tel:"u8);
            return !known ? default : Sure(Application.Sip, i < Opening && !symmetric ? SenderRole.Client : SenderRole.Unknown);
        }

        return default;
    }

    /// <summary>A payload that begins with version 2 of RTP: two bits. There is little in it that chance does not give.</summary>
    public static RecognizedApplication ReadRtp(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        if (p.Length < 12) return p.Length >= 8 ? Control(p) : default;
        RecognizedApplication control = Control(p);
        if (!control.IsNothing) return control;
        // Static types in use, or dynamic ones, from one source; media has even ports above the well-known ones.
        if ((p[1] & 0x7f) is > 34 and < 96 || p.Length < 13 || (p[0] & 15) != 0) return default;
        return ((source | destination) & 1) == 0 && source > 1023 && destination > 1023 ? Fits(Application.Rtp, SenderRole.Unknown) : default;
    }

    /// <summary>RTCP: reports in a chain of lengths that fills the datagram.</summary>
    private static RecognizedApplication Control(ReadOnlySpan<byte> p)
    {
        if (p[1] is not (200 or 201)) return default;
        int at = 0;
        while (at + 4 <= p.Length)
        {
            if ((p[at] & 0xc0) != 0x80 || p[at + 1] is < 192 or > 213) return default;
            at += (PayloadBytes.U16(p, at + 2) + 1) * 4;
        }

        return at != p.Length ? default : p.Length > 8 ? Sure(Application.Rtp, SenderRole.Unknown) : Fits(Application.Rtp, SenderRole.Unknown);
    }
}
