using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Names;

/// <summary>Everything that the reader says of a message, as a value.</summary>
internal sealed record DnsReading(DnsStatus Status, DnsStatus Records, string? Question, IReadOnlyList<string> Lines)
{
    public static DnsReading Of(ReadOnlySpan<byte> bytes)
    {
        DnsStatus status = DnsMessage.TryWrap(bytes, out DnsMessage message);
        return Of(status, message);
    }

    public static DnsReading OfTcp(ReadOnlySpan<byte> stream, out int consumed)
    {
        DnsStatus status = DnsMessage.TryWrapTcp(stream, out DnsMessage message, out consumed);
        return Of(status, message);
    }

    private static DnsReading Of(DnsStatus status, in DnsMessage message)
    {
        Span<char> text = stackalloc char[1012];
        Span<IpAddress> addresses = stackalloc IpAddress[32];
        string? question = message.ReadQuestion(text, out int length) == DnsStatus.Whole ? text[..length].ToString() : null;
        var lines = new List<string>();
        DnsRecords records = message.Records;
        while (records.MoveNext())
        {
            DnsRecord record = records.Current;
            string owner = record.ReadOwner(text, out length) == DnsStatus.Whole ? text[..length].ToString() : "?";
            string target = record.TryReadTarget(text, out length) ? " > " + text[..length].ToString() : "";
            int count = record.ReadAddresses(addresses);
            lines.Add($"{record.Section} {owner} {record.TtlSeconds}{target}{string.Concat(addresses[..count].ToArray().Select(a => " " + a))}");
        }

        return new(status, records.Status, question, lines);
    }
}
