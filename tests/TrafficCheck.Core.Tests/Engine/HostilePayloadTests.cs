using System.Text;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition;
using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.Core.Tests.Recognition.Related;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Payloads that are cut, mixed up and invented: a run ends, and its accounting holds (which every run checks).</summary>
public sealed class HostilePayloadTests
{
    private static readonly ushort[] s_ports = [21, 69, 80, 111, 135, 443, 990, 5060, 53];

    private static readonly byte[][] s_seeds =
    [
        "220 ftp\r\n227 ok (192,0,2,7,195,80)\r\n229 ok (|||50000|)\r\n234 yes\r\n"u8.ToArray(), "AUTH TLS\r\nPORT 10,0,0,5,195,80\r\nEPRT |1|10.0.0.5|50000|\r\n"u8.ToArray(),
        Encoding.ASCII.GetBytes("\0\x01file\0octet\0"), "GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n"u8.ToArray(), "CONNECT \x1b[31m:443 HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n"u8.ToArray(),
        ClientHello.Records(ClientHello.Message("shop.example.net", encrypted: true), 40), RpcBytes.MapReply(4, true, RpcBytes.Tower(49664)), RpcBytes.InRecord(RpcBytes.PortmapReply(77, 2049)),
        "SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: 60\r\n\r\nv=0\r\nc=IN IP4 192.0.2.7\r\nm=audio 30000/65535 RTP/AVP 0\r\n"u8.ToArray(),
        new DnsBytes(0x8380).Question("big.example", DnsBytes.A).ToArray(),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nothing_that_a_payload_says_breaks_a_run(int seed)
    {
        var random = new Random(seed);
        var frames = new List<TimedFrame>();
        for (int i = 0; i < 400; i++)
        {
            ushort port = s_ports[random.Next(s_ports.Length)];
            long at = 1_000_000_000L + (i * 20_000_000L);
            string host = i % 5 == 0 ? "2001:db8::5" : Host, peer = i % 5 == 0 ? "2001:db8::7" : Peer;
            if (random.Next(2) == 0)
            {
                var udp = new UdpExchange(host, (ushort)(40000 + i), peer, port, at);
                for (int n = 0; n < 4; n++) _ = n % 2 == 0 ? udp.ClientSends(Mutated(random)) : udp.ServerSends(Mutated(random));
                frames.AddRange(udp.Frames);
                continue;
            }

            var tcp = new TcpConversation(host, (ushort)(40000 + i), peer, port, at) { SegmentSize = random.Next(1, 200) };
            if (random.Next(4) > 0) tcp.Handshake();
            for (int n = 0; n < 4; n++) _ = n % 2 == 0 ? tcp.ClientSends(Mutated(random)) : tcp.ServerSends(Mutated(random));
            frames.AddRange(tcp.Frames.Where(_ => random.Next(20) > 0));
        }

        byte[] both = [TransportNames.Tcp, TransportNames.Udp];
        AllowedMatrix matrix = MatrixOf([.. s_ports.Select(p => Allow($"R{p}", p, transports: both, peers: p is 80 or 443 ? ["*.example.net"] : []))]);
        TimedFrame[] all = [.. TimedFrame.Merge(frames)];
        var options = new EngineOptions { MaxFlows = 100_000, FtpPassiveRange = new PortRange(50000, 50100) };
        string whole = Words(Of(all, matrix, [$"{Host} 2001:db8::5"], options));
        Assert.Equal(whole, Words(Of(all, matrix, [$"{Host} 2001:db8::5"], options with { Seed = HashSeed.Random() }, chunk: 37)));

        static string Words(EngineRun run) => string.Join('\n', run.Rows.Select(r => $"{r.Initiator}:{r.InitiatorPort} {r.Verdict} {r.Reason} {r.PeerName} {r.Related} {r.Application}"));
    }

    private static byte[] Mutated(Random random)
    {
        byte[] seed = s_seeds[random.Next(s_seeds.Length)];
        byte[] bytes = [.. seed[..random.Next(1, seed.Length + 1)], .. random.Next(3) == 0 ? s_seeds[random.Next(s_seeds.Length)] : []];
        for (int flips = random.Next(4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
