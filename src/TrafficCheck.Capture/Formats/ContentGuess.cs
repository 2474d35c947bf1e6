using System.Buffers;
using System.Text;

namespace TrafficCheck.Capture.Formats;

/// <summary>Says what a file that is no capture looks like, so that the message helps. Never shows bytes of the file.</summary>
internal static class ContentGuess
{
    public static string Describe(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PK\x03\x04"u8)) return "a ZIP archive (or an Office document); unpack it first";
        if (head.Length >= 6 && head[0] == 0xfd && head[1..].StartsWith("7zXZ"u8)) return "xz data; decompress it first";
        if (head.StartsWith("BZh"u8)) return "bzip2 data; decompress it first";
        if (head.Length >= 6 && head[..2].SequenceEqual("7z"u8) && head[2] == 0xbc) return "a 7-Zip archive; unpack it first";
        if (head.Length >= 4 && head[0] == 0x04 && head[1] == 0x22 && head[2] == 0x4d && head[3] == 0x18) return "LZ4 data; decompress it first";
        if (head.Length >= 2 && head[0] == 0x1f && head[1] == 0x9d) return "compress (.Z) data; decompress it first";
        if (head.StartsWith("GMBU"u8) || head.StartsWith("RTSS"u8)) return "a Microsoft Network Monitor capture; convert it with editcap or Wireshark";
        if (head.StartsWith("TRSNIFF data"u8)) return "a Network General Sniffer capture; convert it with editcap or Wireshark";
        if (head.StartsWith("XCP\0"u8)) return "a NetXray or Windows Sniffer capture; convert it with editcap or Wireshark";
        if ((head.Length >= 4 && head[0] == 0x7f && head[1..].StartsWith("ELF"u8)) || head.StartsWith("MZ"u8)) return "a program";
        if (head.StartsWith("%PDF"u8)) return "a PDF document";
        if (head.StartsWith("PAR1"u8)) return "a Parquet file";
        if (head.Length >= 4 && head[0] == 0x89 && head[1..].StartsWith("PNG"u8)) return "a PNG image";
        if (head.StartsWith("SQLite format"u8)) return "an SQLite database";
        if (!head.ContainsAnyExcept((byte)0)) return "zeros: a file that was allocated and never written";
        if (LooksLikeText(head)) return MarkupOrText(head);
        return "unknown binary data";
    }

    private static bool LooksLikeText(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 2 && (head[0], head[1]) is (0xff, 0xfe) or (0xfe, 0xff)) return true;
        foreach (byte b in head)
        {
            if (b < 0x20 && b is not (0x09 or 0x0a or 0x0d or 0x1b) || b == 0x7f) return false;
        }

        // The head may end inside a character.
        for (ReadOnlySpan<byte> rest = head; !rest.IsEmpty;)
        {
            OperationStatus status = Rune.DecodeFromUtf8(rest, out _, out int used);
            if (status != OperationStatus.Done) return status == OperationStatus.NeedMoreData && rest.Length < head.Length;
            rest = rest[used..];
        }

        return true;
    }

    private static string MarkupOrText(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? head[3..] : head;
        text = text.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty) return "text";
        return text[0] switch
        {
            (byte)'<' => "HTML or XML (a download page instead of the file?)",
            (byte)'{' or (byte)'[' => "JSON text",
            _ => "text",
        };
    }
}
