using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Related;

public sealed class CorpusTests
{
    /// <summary>
    /// Captures, the port of the control flow, how many flows it announced and how many it did not: those that begin with a SYN, or for UDP with
    /// a first packet.
    /// </summary>
    [Theory]
    [InlineData("protocols/ftp/suricata-ftp-all-data-ipv4.pcap", 21, 14, 0)]
    [InlineData("protocols/ftp/suricata-ftp-all-data-ipv6.pcap", 21, 14, 0)]
    [InlineData("protocols/ftp/suricata-bug-4877-ftp-active.pcap", 21, 4, 0)]
    [InlineData("protocols/ftp/zeek-ftp-ipv4.pcap", 21, 4, 0)]
    [InlineData("protocols/ftp/zeek-ftp-ipv6.pcap", 21, 5, 0)]
    [InlineData("protocols/ftp/zeek-ftp-retr.pcap", 21, 1, 0)]
    [InlineData("protocols/ftp/ndpi-ftp.pcap", 21, 2, 0)]
    [InlineData("protocols/tftp/ndpi-tftp.pcap", 69, 3, 0)]
    [InlineData("protocols/other/ndpi-sip.pcap", 5060, 2, 0)]
    [InlineData("protocols/ntlm-smb/suricata-dcerpc-135-445.pcap", 135, 21, 11)]
    [InlineData("protocols/ntlm-smb/zeek-dcerpc-mapi.pcap", 135, 3, 6)]
    [InlineData("protocols/other/zeek-nfs.pcap", 111, 6, 0)]
    public void Flows_that_were_announced_are_found(string file, int serverPort, int announced, int others)
    {
        var table = new ExpectationTable(seed: 1);
        var map = new SunRpcPortmap();
        var room = new Expectation[16];
        var flows = new HashSet<(byte, IpAddress, ushort, IpAddress, ushort)>();
        var related = new List<string>();
        var other = new List<string>();
        foreach (CorpusPacket p in CorpusPackets.Read(file))
        {
            bool toServer = p.DestinationPort == serverPort, fromServer = p.SourcePort == serverPort;
            bool opens = p.Protocol == 6 ? (p.TcpFlags & 0x12) == 2 : !flows.Contains((p.Protocol, p.Destination, p.DestinationPort, p.Source, p.SourcePort));
            if (opens && flows.Add((p.Protocol, p.Source, p.SourcePort, p.Destination, p.DestinationPort)) && !toServer && !fromServer)
            {
                if (table.TryMatch(p.Protocol, p.Source, p.SourcePort, p.Destination, p.DestinationPort, p.TimeNs, out Expectation e)) related.Add($"{p.Frame} {e.Kind}");
                else other.Add($"{p.Frame} {p.Source}:{p.SourcePort} > {p.Destination}:{p.DestinationPort}");
            }

            if (!toServer && !fromServer) continue;
            ControlFlow control = toServer
                ? new(p.Source, p.SourcePort, p.Destination, p.DestinationPort, p.Protocol, p.TimeNs, p.Frame)
                : new(p.Destination, p.DestinationPort, p.Source, p.SourcePort, p.Protocol, p.TimeNs, p.Frame);
            if (serverPort == 111 && toServer) map.NoteCall(p.Payload, control);
            RelatedReading reading = serverPort switch
            {
                21 => toServer ? FtpControl.ReadClient(p.Payload, control, room) : FtpControl.ReadServer(p.Payload, control, room),
                69 => TftpRequest.Read(p.Payload, control, room),
                5060 => SipSession.Read(p.Payload, control, room),
                135 => EndpointMapper.Read(p.Payload, control, room),
                _ => map.ReadReply(p.Payload, control, room),
            };
            foreach (Expectation e in room.AsSpan(0, reading.Found)) table.Expect(e, p.TimeNs);
        }

        Assert.True((related.Count, other.Count) == (announced, others), $"{table.Added} announced, {related.Count} related: {string.Join(", ", related)}; others: {string.Join(", ", other)}");
    }

    [Fact]
    public void Foreign_traffic_never_throws_and_announces_nothing()
    {
        var found = new List<string>();
        var room = new Expectation[16];
        var map = new SunRpcPortmap();
        foreach (CorpusPacket p in CorpusPackets.Read("malformed", "protocols/dns", "protocols/tls", "protocols/smtp", "protocols/ssh", "bulk/ndpi-gnutella"))
        {
            var control = new ControlFlow(p.Source, p.SourcePort, p.Destination, p.DestinationPort, p.Protocol, p.TimeNs, p.Frame);
            map.NoteCall(p.Payload, control);
            int sum = FtpControl.ReadClient(p.Payload, control, room).Found + FtpControl.ReadServer(p.Payload, control, room).Found
                + SipSession.Read(p.Payload, control, room).Found + EndpointMapper.Read(p.Payload, control, room).Found
                + TftpRequest.Read(p.Payload, control, room).Found + map.ReadReply(p.Payload, control, room).Found;
            if (sum > 0 && p.DestinationPort is not (21 or 5060 or 69) && p.SourcePort is not (21 or 5060 or 135)) found.Add($"{p.File} {p.Frame} {p.SourcePort} {p.DestinationPort}");
        }

        Assert.Empty(found);
    }
}
