using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace TrafficCheck.Matrices.Documents;

/// <summary>Turns the bytes of a document into text: UTF-8, UTF-16 where a byte order mark says so, else Windows-1252, which old exports are in.</summary>
internal static class TextDecoding
{
    /// <summary>What Windows-1252 has at 0x80 to 0x9F, where ISO 8859-1 has controls; five are not assigned.</summary>
    private const string Windows = "\u20AC\uFFFD\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\uFFFD\u017D\uFFFD"
        + "\uFFFD\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\uFFFD\u017E\u0178";

    public static string Of(byte[] bytes, string path, MessageLog log)
    {
        if (bytes.Length >= 2 && BinaryPrimitives.ReadUInt16LittleEndian(bytes) == 0xFEFF) return Encoding.Unicode.GetString(bytes);
        if (bytes.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(bytes) == 0xFEFF) return Encoding.BigEndianUnicode.GetString(bytes);
        if (Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);

        // The first byte that is no UTF-8 stands where the longest valid beginning ends.
        Utf8.ToUtf16(bytes, new char[bytes.Length], out int read, out _, replaceInvalidSequences: false);
        log.Say(MessageSeverity.Warning, "not-utf-8", path, 1 + bytes.AsSpan(0, read).Count((byte)'\n'), null, "not in UTF-8 from here on: the file was read as Windows-1252; save it as UTF-8 if letters or dashes are wrong");
        return string.Create(bytes.Length, bytes, static (text, from) =>
        {
            for (int i = 0; i < text.Length; i++) text[i] = from[i] is >= 0x80 and < 0xA0 and byte b ? Windows[b - 0x80] : (char)from[i];
        });
    }
}
