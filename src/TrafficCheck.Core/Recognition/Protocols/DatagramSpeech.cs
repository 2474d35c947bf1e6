using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>DHCP (RFC 2131), TFTP (RFC 1350, 2347) and RADIUS (RFC 2865, 2866, 5176).</summary>
internal static class DatagramSpeech
{
    private const int DhcpCookie = 236;

    /// <summary>A payload that begins with the operation 1 or 2 of BOOTP.</summary>
    public static RecognizedApplication ReadDhcp(ReadOnlySpan<byte> p)
    {
        if (p.Length < DhcpCookie + 4 || p[2] > 16 || PayloadBytes.U32(p, DhcpCookie) != 0x63825363) return default;
        return Sure(Application.Dhcp, p[0] == 1 ? SenderRole.Client : SenderRole.Server);
    }

    /// <summary>
    /// A payload that begins with 0 and an operation of TFTP. A server answers from a new port, so the flow of an answer is another one than
    /// that of the request.
    /// </summary>
    public static RecognizedApplication ReadTftp(ReadOnlySpan<byte> p)
    {
        switch (PayloadBytes.U16(p, 0))
        {
            case 1 or 2:
                ReadOnlySpan<byte> rest = p[2..Math.Min(p.Length, 514)];
                int name = rest.IndexOf((byte)0);
                if (name < 1 || !PayloadBytes.IsText(rest[..name])) return default;
                ReadOnlySpan<byte> mode = rest[(name + 1)..];
                bool known = PayloadBytes.Begins(mode, "octet\0"u8) || PayloadBytes.Begins(mode, "netascii\0"u8) || PayloadBytes.Begins(mode, "mail\0"u8);
                return known ? Sure(Application.Tftp, SenderRole.Client) : default;
            // The first block of a file; a later one has nothing to know it by.
            case 3 when PayloadBytes.U16(p, 2) == 1:
            case 4 when p.Length == 4 && p[2] == 0 && p[3] <= 1:
            case 5 when PayloadBytes.U16(p, 2) is >= 0 and <= 8 && p.Length > 5 && p[^1] == 0 && PayloadBytes.IsText(p[4..^1]):
                return Fits(Application.Tftp, SenderRole.Unknown);
            case 6:
                ReadOnlySpan<byte> option = p[2..];
                bool isOption = PayloadBytes.Begins(option, "blksize\0"u8) || PayloadBytes.Begins(option, "tsize\0"u8) || PayloadBytes.Begins(option, "timeout\0"u8)
                    || PayloadBytes.Begins(option, "windowsize\0"u8);
                return isOption ? Sure(Application.Tftp, SenderRole.Server) : default;
            default:
                return default;
        }
    }

    /// <summary>A payload whose first byte is a code of RADIUS: its length is that of the payload, and attributes fill it.</summary>
    public static RecognizedApplication ReadRadius(ReadOnlySpan<byte> p)
    {
        int length = PayloadBytes.U16(p, 2);
        if (length is < 20 or > 4096 || p.Length < 22 || length > p.Length + 2048) return default;
        SenderRole sender = p[0] switch
        {
            1 or 4 or 12 or 40 or 43 => SenderRole.Client,
            2 or 3 or 5 or 11 or 41 or 42 or 44 or 45 => SenderRole.Server,
            _ => SenderRole.Unknown,
        };
        if (sender == SenderRole.Unknown) return default;
        int at = 20, attributes = 0, end = Math.Min(length, p.Length);
        for (; at < end; attributes++)
        {
            int size = PayloadBytes.At(p, at + 1);
            if (p[at] == 0 || size is >= 0 and < 2) return default;
            if (size < 0) break;
            at += size;
        }

        if (length < p.Length && p.Length - length > 16) return default;
        return length <= p.Length && at == length && attributes > 0 ? Sure(Application.Radius, sender)
            : length > p.Length && attributes > 1 ? Fits(Application.Radius, sender) : default;
    }
}
