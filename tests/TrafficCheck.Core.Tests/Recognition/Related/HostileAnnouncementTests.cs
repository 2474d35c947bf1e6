using System.Diagnostics;
using System.Text;
using TrafficCheck.Core.Recognition.Related;

namespace TrafficCheck.Core.Tests.Recognition.Related;

public sealed class HostileAnnouncementTests
{
    private static readonly byte[][] s_messages =
    [
        "PORT 10,0,0,5,156,64\r\nEPRT |2|2001:db8::5|40000|\r\nAUTH TLS\r\n"u8.ToArray(),
        "227 Entering Passive Mode (192,0,2,7,15,160)\r\n229 (|||4000|)\r\n234 OK\r\n"u8.ToArray(),
        [0, 1, (byte)'a', 0, .. "octet\0"u8],
        Encoding.ASCII.GetBytes(
            "INVITE sip:a@b SIP/2.0\r\nContent-Type: application/sdp\r\nContent-Length: 72\r\n\r\n"
            + "c=IN IP4 10.0.0.5\r\nm=audio 5004/2 RTP/AVP 0 8\r\na=rtcp:6000 IN IP4 10.0.0.8\r\n"),
        RpcBytes.MapReply(4, true, RpcBytes.Tower(49155), RpcBytes.Tower(49156)),
        RpcBytes.MapReply(8, true, RpcBytes.Tower(49155)),
        RpcBytes.PortmapCall(77, 2, 6),
        RpcBytes.PortmapReply(77, 2049),
        RpcBytes.PortmapCall(78, 3, "tcp"),
        RpcBytes.PortmapReply(78, "192.0.2.7.8.1"),
    ];

    [Fact]
    public void Changed_bytes_never_throw_and_announce_no_more_than_fits()
    {
        var random = new Random(20250101);
        var map = new SunRpcPortmap();
        var table = new ExpectationTable(32, seed: 1);
        int found = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = [.. s_messages[i % s_messages.Length]];
            for (int changes = random.Next(0, 6); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            found += ReadAll(random.Next(4) == 0 ? bytes.AsSpan(0, random.Next(bytes.Length)) : bytes, map, table);
        }

        Assert.True(found > 10_000);
        Assert.True(table.Count <= 32);
    }

    [Fact]
    public void The_longest_segments_take_no_time()
    {
        var map = new SunRpcPortmap();
        var table = new ExpectationTable(32, seed: 1);
        var watch = Stopwatch.StartNew();
        foreach (string unit in new[]
        {
            "\n", "227 1\n", "227 (1,1,1,1,1,", "1", "PORT 10,0,0,5,156,64\n", "EPRT |2|::|4000|\n", "229 (((((1\n", "m=audio 5004/65535 RTP/AVP 0\n", "c=IN IP6 ::1\n", "l:", "\0",
            "\u0005\0\u0002\u0001\u0010\0\0\0\u0018\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        })
        {
            string text = string.Concat(Enumerable.Repeat(unit, 65_000 / unit.Length));
            ReadAll(Encoding.Latin1.GetBytes(text), map, table);
            ReadAll(Encoding.Latin1.GetBytes("SIP/2.0 200 OK\r\n" + text), map, table);
            ReadAll(Encoding.Latin1.GetBytes($"SIP/2.0 200 OK\r\nl: 64000\r\nc: application/sdp\r\n\r\nc=IN IP4 10.0.0.5\n" + text), map, table);
            ReadAll(Encoding.Latin1.GetBytes("227 " + text), map, table);
        }

        Assert.True(watch.ElapsedMilliseconds < 5000);
    }

    private static int ReadAll(ReadOnlySpan<byte> bytes, SunRpcPortmap map, ExpectationTable table)
    {
        Span<Expectation> room = new Expectation[4];
        int found = 0;
        foreach (byte transport in new byte[] { 6, 17 })
        {
            ControlFlow control = Announced.Control(111, transport);
            map.NoteCall(bytes, control);
            found += Take(map.ReadReply(bytes, control, room), room);
        }

        ControlFlow tcp = Announced.Control();
        found += Take(FtpControl.ReadClient(bytes, tcp, room), room);
        found += Take(FtpControl.ReadServer(bytes, tcp, room), room);
        found += Take(TftpRequest.Read(bytes, tcp, room), room);
        found += Take(SipSession.Read(bytes, tcp, room), room);
        return found + Take(EndpointMapper.Read(bytes, tcp, room), room);

        int Take(RelatedReading reading, Span<Expectation> read)
        {
            Assert.InRange(reading.Found, 0, read.Length);
            foreach (Expectation expectation in read[..reading.Found])
            {
                Assert.NotEqual(0, expectation.ResponderPort);
                table.Expect(expectation, 0);
            }

            return reading.Found;
        }
    }
}
