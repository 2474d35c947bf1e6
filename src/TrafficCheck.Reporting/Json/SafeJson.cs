using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Json;

/// <summary>
/// How all JSON is written. Beyond what JSON asks for, control, bidirectional, zero-width, private and unassigned characters and all of
/// the supplementary planes are written as <c>\u</c> escapes: showing a report in a terminal or inside a page is safe, and no text is changed.
/// </summary>
internal static class SafeJson
{
    public static JavaScriptEncoder Encoder { get; } = CreateEncoder();

    public static JsonWriterOptions Indented { get; } =
        new() { Encoder = Encoder, Indented = true, IndentSize = 2, NewLine = "\n" };

    /// <summary>For records on one line that are written by the million.</summary>
    public static JsonWriterOptions Compact { get; } = new() { Encoder = Encoder, SkipValidation = true };

    /// <summary>Writes one indented document and a line end, and flushes the stream.</summary>
    public static void WriteDocument(Stream output, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(output, Indented)) write(json);
        output.WriteByte((byte)'\n');
        output.Flush();
    }

    /// <summary>As <see cref="WriteDocument(Stream, Action{Utf8JsonWriter})"/>; the document is built in memory.</summary>
    public static void WriteDocument(TextWriter output, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        WriteDocument(bytes, write);
        output.Write(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    /// <summary>What a report says of itself before all else.</summary>
    public static void WriteOrigin(this Utf8JsonWriter json, string schema)
    {
        json.WriteString("schema", schema);
        json.WriteStartObject("tool");
        json.WriteString("name", ReportTool.Name);
        json.WriteString("version", ReportTool.Version);
        json.WriteEndObject();
    }

    /// <summary>Hands buffered bytes on, so that memory does not grow with the document.</summary>
    public static void FlushWhenFull(this Utf8JsonWriter json)
    {
        if (json.BytesPending > 1 << 16) json.Flush();
    }

    public static void WriteTime(this Utf8JsonWriter json, JsonEncodedText name, long? ns)
    {
        if (ns is not { } value)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[Rfc3339.Length];
        Rfc3339.WriteUtf8(value, text);
        json.WriteString(name, text);
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, long? ns) => json.WriteTime(JsonEncodedText.Encode(name), ns);

    public static void WriteAddress(this Utf8JsonWriter json, JsonEncodedText name, IPAddress address)
    {
        Span<byte> text = stackalloc byte[AddressText.MaxLength];
        json.WriteString(name, text[..AddressText.WriteUtf8(address, text)]);
    }

    public static void WriteCount(this Utf8JsonWriter json, string name, long? count)
    {
        if (count is { } value) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    /// <summary>A share of 0 to 1 with six decimals; what is not a number is null.</summary>
    public static void WriteShare(this Utf8JsonWriter json, string name, double? share)
    {
        if (share is { } value && double.IsFinite(value)) json.WriteNumber(name, Math.Round(value, 6));
        else json.WriteNull(name);
    }

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    /// <summary>An array of objects, whose fields are written by <paramref name="write"/>.</summary>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
            json.FlushWhenFull();
        }

        json.WriteEndArray();
    }

    public static void WriteCounts(this Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, long>> counts)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in counts) json.WriteNumber(key, count);
        json.WriteEndObject();
    }

    public static void WriteHits(this Utf8JsonWriter json, string name, HitCount hits)
    {
        json.WriteStartObject(name);
        json.WriteNumber("flows", hits.Flows);
        json.WriteNumber("bytes", hits.Bytes);
        json.WriteEndObject();
    }

    public static void WriteHosts(this Utf8JsonWriter json, string name, HostSet hosts)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", hosts.Count);
        json.WriteBoolean("atLeast", hosts.AtLeast);
        json.WriteShare("error", hosts.Error);
        json.WriteStrings("sample", hosts.Sample);
        json.WriteEndObject();
    }

    private static JavaScriptEncoder CreateEncoder()
    {
        var settings = new TextEncoderSettings(UnicodeRanges.All);
        for (int value = 0; value <= char.MaxValue; value++)
        {
            var c = (char)value;
            if (char.IsSurrogate(c) || !TerminalText.IsPrintable(new System.Text.Rune(c))) settings.ForbidCharacter(c);
        }

        // Combining marks stack without limit; a terminal cannot tell which text they belong to.
        for (int value = 0x80; value <= char.MaxValue; value++)
        {
            if (CharUnicodeInfo.GetUnicodeCategory((char)value) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
                settings.ForbidCharacter((char)value);
        }

        return JavaScriptEncoder.Create(settings);
    }
}
