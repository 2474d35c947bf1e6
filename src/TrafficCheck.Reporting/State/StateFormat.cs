using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Reporting.State;

/// <summary>The body of a state file: the values themselves, by generated code. Not for other programs; those read the report.</summary>
[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true, MaxDepth = MaxDepth, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(SketchConverter), typeof(PortsConverter), typeof(NetworkConverter), typeof(CountConverter),
        typeof(TextPairConverter), typeof(OutcomeConverter)])]
[JsonSerializable(typeof(RunState))]
internal sealed partial class StateFormat : JsonSerializerContext
{
    public const int MaxDepth = 32;
}

internal sealed class SketchConverter : JsonConverter<HostSketch>
{
    public override HostSketch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // e or r, least, most (-1: not known), bytes
        string[] parts = (reader.GetString() ?? "").Split(' ');
        if (parts.Length != 4 || parts[0] is not ("e" or "r") || !TryParse(parts[1], out long least) || !TryParse(parts[2], out long most)) throw new JsonException("no set of hosts");
        var bytes = new byte[(parts[3].Length / 4 * 3) + 3];
        if (parts[3].Length > 4096 || !Convert.TryFromBase64String(parts[3], bytes, out int written)) throw new JsonException("no set of hosts");
        return HostSketch.FromBytes(bytes.AsSpan(0, written), parts[0] == "e", least, most < 0 ? long.MaxValue : most) ?? throw new JsonException("no set of hosts");
    }

    public override void Write(Utf8JsonWriter writer, HostSketch value, JsonSerializerOptions options) => writer.WriteStringValue(
        FormattableString.Invariant($"{(value.IsExact ? "e" : "r")} {value.Least} {(value.Most == long.MaxValue ? -1 : value.Most)} {Convert.ToBase64String(value.ToBytes())}"));

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out number) && number <= StateCheck.MaxCount;
}

/// <summary>Ports as their 8 KiB of bits would be, without the zeros at the end.</summary>
internal sealed class PortsConverter : JsonConverter<PortNumbers>
{
    private const int MostBytes = 1 << 13;

    public override PortNumbers Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        byte[] bits = reader.GetBytesFromBase64();
        if (bits.Length > MostBytes) throw new JsonException("more ports than there are");
        return PortNumbers.Of(Enumerable.Range(0, bits.Length * 8).Where(p => (bits[p >> 3] >> (p & 7) & 1) != 0));
    }

    public override void Write(Utf8JsonWriter writer, PortNumbers value, JsonSerializerOptions options)
    {
        var bits = new byte[MostBytes];
        int used = 0;
        foreach (int port in value.All)
        {
            bits[port >> 3] |= (byte)(1 << (port & 7));
            used = (port >> 3) + 1;
        }

        writer.WriteBase64StringValue(bits.AsSpan(0, used));
    }
}

internal sealed class NetworkConverter : JsonConverter<IPNetwork>
{
    public override IPNetwork Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IPNetwork.TryParse(reader.GetString(), out IPNetwork network) ? network : throw new JsonException("no network");

    public override void Write(Utf8JsonWriter writer, IPNetwork value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>A pair as <c>[name, value]</c>.</summary>
internal abstract class PairConverter<TKey, TValue> : JsonConverter<KeyValuePair<TKey, TValue>>
{
    public override KeyValuePair<TKey, TValue> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read()) throw new JsonException("no pair");
        TKey key = ReadKey(ref reader);
        if (!reader.Read()) throw new JsonException("no pair");
        TValue value = ReadValue(ref reader);
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray ? new(key, value) : throw new JsonException("no pair");
    }

    public override void Write(Utf8JsonWriter writer, KeyValuePair<TKey, TValue> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        Write(writer, value.Key, value.Value);
        writer.WriteEndArray();
    }

    protected abstract TKey ReadKey(ref Utf8JsonReader reader);

    protected abstract TValue ReadValue(ref Utf8JsonReader reader);

    protected abstract void Write(Utf8JsonWriter writer, TKey key, TValue value);

    protected static string Text(ref Utf8JsonReader reader) => reader.GetString() ?? throw new JsonException("no text");
}

internal sealed class CountConverter : PairConverter<string, long>
{
    protected override string ReadKey(ref Utf8JsonReader reader) => Text(ref reader);

    protected override long ReadValue(ref Utf8JsonReader reader) => reader.GetInt64();

    protected override void Write(Utf8JsonWriter writer, string key, long value)
    {
        writer.WriteStringValue(key);
        writer.WriteNumberValue(value);
    }
}

internal sealed class TextPairConverter : PairConverter<string, string>
{
    protected override string ReadKey(ref Utf8JsonReader reader) => Text(ref reader);

    protected override string ReadValue(ref Utf8JsonReader reader) => Text(ref reader);

    protected override void Write(Utf8JsonWriter writer, string key, string value)
    {
        writer.WriteStringValue(key);
        writer.WriteStringValue(value);
    }
}

internal sealed class OutcomeConverter : PairConverter<Outcome, long>
{
    protected override Outcome ReadKey(ref Utf8JsonReader reader) => (Outcome)reader.GetByte();

    protected override long ReadValue(ref Utf8JsonReader reader) => reader.GetInt64();

    protected override void Write(Utf8JsonWriter writer, Outcome key, long value)
    {
        writer.WriteNumberValue((byte)key);
        writer.WriteNumberValue(value);
    }
}
