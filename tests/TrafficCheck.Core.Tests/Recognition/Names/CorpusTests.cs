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
        var found = new IpAddress[16];
        foreach (CorpusPacket packet in CorpusPackets.Read("protocols", "encapsulation", "formats", "bulk").Where(p => p.SourcePort == 53 && p.Payload.Length > 0 && !p.IsFragment))
        {
            DnsMessage message;
            DnsStatus status;
            if (packet.Protocol == 17) status = DnsMessage.TryWrap(packet.Payload, out message);
            else status = DnsMessage.TryWrapTcp(packet.Payload, out message, out _);
            responses++;
            DnsRecords records = message.Records;
            var seen = new List<IpAddress>();
            while (records.MoveNext())
            {
                if (records.Current.Section == DnsSection.Answer) seen.AddRange(found[..records.Current.ReadAddresses(found)]);
            }

            if (status == DnsStatus.Whole) status = records.Status;
            if (status != DnsStatus.Whole) unread.Add($"{packet.File} {packet.Frame}");
            addresses += seen.Count;
            book.Learn(message, packet.Destination, packet.Frame, packet.TimeNs);
            named += seen.Count(a => book.Names(packet.Destination, a, packet.TimeNs).Names.Count > 0);
        }

        // Three bytes in a datagram.
        Assert.Equal(["encapsulation/ipv6ext/zeek-ipv6-hbh-routing0.pcap 1"], unread);
        Assert.True(responses > 600, $"{responses} responses");
        Assert.True(addresses > 750, $"{addresses} addresses");
        Assert.Equal(addresses, named);
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
