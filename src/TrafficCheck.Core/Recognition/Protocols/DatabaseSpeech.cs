using System.Buffers.Binary;
using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>Openings of MySQL (protocol 10), PostgreSQL (protocol 3.0) and SQL Server (MS-TDS).</summary>
internal static class DatabaseSpeech
{
    /// <summary>A packet of MySQL: three bytes of length in little-endian, a sequence number that is 0 for greetings and 1 for the answer.</summary>
    public static RecognizedApplication ReadMysql(ReadOnlySpan<byte> p)
    {
        if (p.Length < 6 || p[3] > 1) return default;
        int length = p[0] | (p[1] << 8) | (p[2] << 16);
        if (p[3] == 0 && p[4] == 10 && length is >= 30 and <= 512)
        {
            // The version is text with an end, then an identifier and a salt that ends with a zero byte.
            ReadOnlySpan<byte> version = p[5..Math.Min(p.Length, 69)];
            int end = version.IndexOf((byte)0);
            if (!PayloadBytes.IsDigit(version[0]) || !PayloadBytes.IsText(end < 0 ? version : version[..end])) return default;
            if (end < 0) return version.Length < 64 ? Fits(Application.Mysql, SenderRole.Server) : default;
            return PayloadBytes.At(p, 5 + end + 13) is 0 or -1 ? p.Length > 5 + end + 13 ? Sure(Application.Mysql, SenderRole.Server) : Fits(Application.Mysql, SenderRole.Server) : default;
        }

        // The answer: capabilities with protocol 4.1, a packet size, a character set, 23 zero bytes. Cut there, it asks for TLS.
        if (p[3] == 1 && length >= 32 && length + 4 >= p.Length && length < 65536 && p.Length >= 36 && p[12] != 0 && (p[5] & 2) != 0 && p.Slice(13, 19).IndexOfAnyExcept((byte)0) < 0)
            return Sure(Application.Mysql, SenderRole.Client, length == 32 && (p[5] & 8) != 0 ? SpeechMarks.TlsRequested : SpeechMarks.None);
        return default;
    }

    /// <summary>A payload that begins with two zero bytes: start-up, request for TLS or GSS encryption, cancellation.</summary>
    public static RecognizedApplication ReadPostgresql(ReadOnlySpan<byte> p)
    {
        long length = PayloadBytes.U32(p, 0), code = PayloadBytes.U32(p, 4);
        return code switch
        {
            80877103 when length == 8 => Sure(Application.Postgresql, SenderRole.Client, SpeechMarks.TlsRequested),
            80877104 when length == 8 => Sure(Application.Postgresql, SenderRole.Client),
            80877102 when length == 16 => Sure(Application.Postgresql, SenderRole.Client),
            >= 0x30000 and <= 0x30002 when length is >= 9 and <= 10000 && PayloadBytes.At(p, 8) is 0 or -1 or >= 'A' and <= 'z' =>
                p.Length > 12 ? Sure(Application.Postgresql, SenderRole.Client) : Fits(Application.Postgresql, SenderRole.Client),
            _ => default,
        };
    }

    /// <summary>A payload that begins with a letter: a typed message with its length.</summary>
    public static RecognizedApplication ReadPostgresqlMessage(ReadOnlySpan<byte> p)
    {
        long length = PayloadBytes.U32(p, 1);
        switch (p[0])
        {
            case (byte)'R' when length is >= 8 and <= 2048 && PayloadBytes.U32(p, 5) is >= 0 and <= 12:
                return Sure(Application.Postgresql, SenderRole.Server);
            case (byte)'E' when length is >= 12 and <= 8192 && PayloadBytes.At(p, 5) == 'S' && p.Length >= 11 && (p[6..].StartsWith("FATAL"u8) || p[6..].StartsWith("ERROR"u8)):
                return Sure(Application.Postgresql, SenderRole.Server);
            case (byte)'Q' when length is >= 6 and < 65536 && length + 1 == p.Length && p[^1] == 0:
                return Fits(Application.Postgresql, SenderRole.Client);
            default:
                return default;
        }
    }

    /// <summary>A payload that begins with a packet type of TDS: 1, 2, 3, 4, 6, 7, 14, 16, 17, 18.</summary>
    public static RecognizedApplication ReadTds(ReadOnlySpan<byte> p)
    {
        int length = PayloadBytes.U16(p, 2);
        if (p.Length < 9 || p[1] > 0x1f || length is < 9 or > 32767 || p[7] != 0) return default;
        int first = p[8];
        bool isPrelogin = first == 0 && PayloadBytes.U16(p, 9) is >= 6 and < 256 && PayloadBytes.U16(p, 11) == 6;
        switch (p[0])
        {
            // TLS inside prelogin packets: the type of the hello tells the side.
            case 0x12 when TlsSpeech.IsRecord(p[8..]):
                int hello = PayloadBytes.At(p, 13);
                return Sure(Application.Mssql, p[8] != 0x16 ? SenderRole.Unknown : hello == 1 ? SenderRole.Client : hello == 2 ? SenderRole.Server : SenderRole.Unknown);
            case 0x12 when isPrelogin:
                return Sure(Application.Mssql, SenderRole.Client);
            case 0x04 when isPrelogin && p[6] <= 1:
                return Sure(Application.Mssql, SenderRole.Server);
            case 0x04 when first is 0xaa or 0xab or 0xad or 0xe3 or 0x81 or 0xfd or 0xff && PayloadBytes.U16(p, 4) >= 0:
                return Fits(Application.Mssql, SenderRole.Server);
            case 0x10 when p.Length >= 16 && BinaryPrimitives.ReadUInt32LittleEndian(p[8..]) is >= 94 and < 65536 && p[12] <= 4 && p[13] == 0 && p[14] == 0 && (p[15] & 0xf0) == 0x70:
                return Sure(Application.Mssql, SenderRole.Client);
            // A batch or call begins with the length of all its headers.
            case 0x01 or 0x03 when p.Length >= 16 && BinaryPrimitives.ReadUInt32LittleEndian(p[8..]) == 22 && BinaryPrimitives.ReadUInt32LittleEndian(p[12..]) == 18:
                return Sure(Application.Mssql, SenderRole.Client);
            default:
                return default;
        }
    }
}
