using System.Buffers.Binary;
using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>SMB 1 to 3 and NetBIOS sessions (RFC 1002, MS-SMB, MS-SMB2), DCE/RPC (C706, MS-RPCE), RDP over TPKT (MS-RDPBCGR).</summary>
internal static class WindowsSpeech
{
    /// <summary>A payload that begins with the message type 0: four bytes of length, then SMB.</summary>
    public static RecognizedApplication ReadSmb(ReadOnlySpan<byte> p)
    {
        if (p.Length < 8 || p[1] > 1 || p[5] != 'S' || p[6] != 'M' || p[7] != 'B') return default;
        switch (p[4])
        {
            case 0xff:
                // Flags: bit 7 is set in replies.
                return Sure(Application.Smb, p.Length <= 13 ? SenderRole.Unknown : (p[13] & 0x80) != 0 ? SenderRole.Server : SenderRole.Client);
            case 0xfe:
                if (p.Length >= 10 && BinaryPrimitives.ReadUInt16LittleEndian(p[8..]) != 64) return default;
                return Sure(Application.Smb, p.Length < 24 ? SenderRole.Unknown : (p[20] & 1) != 0 ? SenderRole.Server : SenderRole.Client);
            case 0xfd or 0xfc: // encrypted, compressed
                return Sure(Application.Smb, SenderRole.Unknown);
            default:
                return default;
        }
    }

    /// <summary>A payload that begins with 0x81 to 0x85: the opening of a NetBIOS session.</summary>
    public static RecognizedApplication ReadSession(ReadOnlySpan<byte> p)
    {
        if (p.Length < 4 || p[1] != 0) return default;
        int length = PayloadBytes.U16(p, 2);
        return p[0] switch
        {
            0x81 when length is >= 68 and <= 512 && PayloadBytes.At(p, 4) is 32 or -1 && PayloadBytes.At(p, 5) is >= 'A' and <= 'P' or -1 =>
                p.Length < 12 ? Fits(Application.NetbiosSession, SenderRole.Client)
                : p[5..12].IndexOfAnyExceptInRange((byte)'A', (byte)'P') < 0 ? Sure(Application.NetbiosSession, SenderRole.Client) : default,
            0x82 when length == 0 => SessionAnswer(p, 4),
            0x83 when length == 1 && p.Length == 4 => Fits(Application.NetbiosSession, SenderRole.Server),
            0x83 when length == 1 && p[4] >= 0x80 => SessionAnswer(p, 5),
            0x84 when length == 6 => SessionAnswer(p, 10),
            0x85 when length == 0 && p.Length == 4 => Fits(Application.NetbiosSession, SenderRole.Unknown),
            _ => default,
        };
    }

    /// <summary>An answer alone, or messages of the session behind it; with anything else behind it still nothing else is likelier.</summary>
    private static RecognizedApplication SessionAnswer(ReadOnlySpan<byte> p, int length) => p.Length <= length || p[length] == 0
        ? Sure(Application.NetbiosSession, SenderRole.Server)
        : Fits(Application.NetbiosSession, SenderRole.Server);

    /// <summary>A payload that begins with the version 5 of connection-oriented DCE/RPC.</summary>
    public static RecognizedApplication ReadRpc(ReadOnlySpan<byte> p)
    {
        if (p.Length < 10 || p[1] > 1 || p[2] > 21) return default;
        // Data representation: integers big or little, characters ASCII or EBCDIC, then the float format and two zero bytes.
        if (p[4] is not (0x00 or 0x10) || p[5] > 3 || p[6] != 0 || p[7] != 0) return default;
        int length = p[4] == 0x10 ? BinaryPrimitives.ReadUInt16LittleEndian(p[8..]) : BinaryPrimitives.ReadUInt16BigEndian(p[8..]);
        if (length < 16) return default;
        SenderRole sender = p[2] switch
        {
            0 or 11 or 14 or 16 or 18 or 19 => SenderRole.Client,
            2 or 3 or 12 or 13 or 15 or 17 => SenderRole.Server,
            _ => SenderRole.Unknown,
        };
        return sender == SenderRole.Unknown ? default : Sure(Application.Msrpc, sender);
    }

    /// <summary>
    /// A payload that begins with the version 3 of TPKT (RFC 1006). The same bytes carry H.323, MMS and S7; RDP is sure where its own
    /// negotiation, its cookie or its conference opening is there.
    /// </summary>
    public static RecognizedApplication ReadRdp(ReadOnlySpan<byte> p)
    {
        if (p.Length < 7 || p[1] != 0 || PayloadBytes.U16(p, 2) < 7) return default;
        int length = PayloadBytes.U16(p, 2), indicator = p[4];
        switch (p[5])
        {
            case 0xe0 or 0xd0 when indicator == length - 5 && length >= 11:
                SenderRole sender = p[5] == 0xe0 ? SenderRole.Client : SenderRole.Server;
                ReadOnlySpan<byte> data = p.Length > 11 ? p[11..Math.Min(p.Length, length)] : [];
                if (p.Length >= 11 && length == 11) return Fits(Application.Rdp, sender);
                if (sender == SenderRole.Client ? data.StartsWith("Cookie: "u8) || data.Length > 0 && data[0] == 1 && IsNegotiation(data) : data.Length > 0 && data[0] is 2 or 3 && IsNegotiation(data))
                    return Sure(Application.Rdp, sender);
                return default;
            case 0xf0 when indicator == 2 && p[6] == 0x80:
                return PayloadBytes.U16(p, 7) switch
                {
                    0x7f65 => Sure(Application.Rdp, SenderRole.Client),
                    0x7f66 => Sure(Application.Rdp, SenderRole.Server),
                    // MCS in PER: erect domain, attach user, channel join, send data; the confirms and indications are the server's.
                    >= 0x0400 and < 0x0500 or >= 0x2800 and < 0x2900 or >= 0x3800 and < 0x3900 or >= 0x6400 and < 0x6500 => Fits(Application.Rdp, SenderRole.Client),
                    >= 0x2e00 and < 0x2f00 or >= 0x3e00 and < 0x3f00 or >= 0x6800 and < 0x6900 => Fits(Application.Rdp, SenderRole.Server),
                    _ => default,
                };
            default:
                return default;
        }
    }

    /// <summary>RDP_NEG_REQ, RDP_NEG_RSP, RDP_NEG_FAILURE: type, flags, the length 8 in little-endian.</summary>
    private static bool IsNegotiation(ReadOnlySpan<byte> data) => data.Length >= 4 && data[2] == 8 && data[3] == 0;
}
