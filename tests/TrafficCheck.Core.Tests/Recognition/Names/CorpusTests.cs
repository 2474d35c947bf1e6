using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Names;

public sealed class CorpusTests
{
    [Fact]
    public void Well_formed_messages_are_read_to_their_end()
    {
        int responses = 0, addresses = 0, named = 0;
        var unread = new List<string>();
        var book = new NameBook(seed: 1);
        foreach (CorpusPacket packet in CorpusPackets.Read("protocols", "encapsulation", "formats", "bulk").Where(p => p.SourcePort == 53 && p.Payload.Length > 0))
        {
            DnsMessage message;
            DnsStatus status;
            if (packet.Protocol == 17) status = DnsMessage.TryWrap(packet.Payload, out message);
            else status = DnsMessage.TryWrapTcp(packet.Payload, out message, out _);
            responses++;
            DnsRecords records = message.Records;
            var seen = new List<IpAddress>();
            Span<IpAddress> found = stackalloc IpAddress[16];
            while (records.MoveNext())
            {
                if (records.Current.Section == DnsSection.Answer) seen.AddRange(found[..records.Current.ReadAddresses(found)]);
            }

            if (status == DnsStatus.Whole) status = records.Status;
            if (status != DnsStatus.Whole) unread.Add($"{packet.File} {packet.Frame} {packet.Protocol} {status} {packet.Payload.Length}");
            addresses += seen.Count;
            book.Learn(message, packet.Destination, packet.Frame, packet.TimeNs);
            named += seen.Count(a => book.Names(packet.Destination, a, packet.TimeNs).Names.Count > 0);
        }

        Assert.Fail($"{responses} {addresses} {named} {book.Strays} {book.Ignored} {unread.Count}\n{string.Join("\n", unread)}");
    }

    [Fact]
    public void Damaged_messages_never_throw()
    {
        int read = 0;
        var book = new NameBook(seed: 1);
        foreach (CorpusPacket packet in CorpusPackets.Read("malformed", "protocols"))
        {
            DnsReading.Of(packet.Payload);
            DnsReading.OfTcp(packet.Payload, out _);
            DnsMessage.TryWrap(packet.Payload, out DnsMessage message);
            book.Learn(message, packet.Destination, packet.Frame, packet.TimeNs);
            read++;
        }

        Assert.True(read > 10_000);
    }
}
