using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Tests.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>Readers of control connections. The first byte of the input chooses one, the second says how many bytes each segment has.</summary>
internal static class RelatedTarget
{
    private const int Readers = 6;

    private static readonly ControlFlow s_v4 = new(IpAddress.V4(0x0a000005), 40000, IpAddress.V4(0xc0000207), 21, 6, 1_000, 9);
    private static readonly ControlFlow s_v6 = new(IpAddress.V6(0x20010db800000000, 5), 40000, IpAddress.V6(0x20010db800000000, 7), 21, 17, long.MaxValue, 9);

    public static FuzzTarget Target { get; } = new(
        "related", 4096, Run, Seeds, "PORT ", "EPRT |1|10.0.0.5|", "227 ", "229 (|||", "PASV\r\n", "\r\n", "INVITE ", " SIP/2.0\r\n", "\r\n\r\nv=0\r\n", "c=IN IP4 ",
        "m=audio 4000 RTP/AVP 0\r\n", "a=rtcp:", "a=rtcp-mux\r\n", "Content-Type: application/sdp\r\n", "Content-Length: ", ",", "10,0,0,5,", "octet\0");

    private static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2) return;
        int reader = input[0] % Readers;
        int size = input[1] == 0 ? int.MaxValue : input[1] * 4;
        ControlFlow control = (input[0] & 0x80) != 0 ? s_v6 : s_v4;
        var portmap = new SunRpcPortmap();
        var table = new ExpectationTable(8, 1);
        Span<Expectation> found = new Expectation[16];
        for (ReadOnlySpan<byte> rest = input[2..]; !rest.IsEmpty; rest = rest[Math.Min(size, rest.Length)..])
        {
            ReadOnlySpan<byte> segment = rest[..Math.Min(size, rest.Length)];
            RelatedReading reading = reader switch
            {
                0 => FtpControl.ReadClient(segment, in control, found),
                1 => FtpControl.ReadServer(segment, in control, found),
                2 => SipSession.Read(segment, in control, found),
                3 => TftpRequest.Read(segment, in control, found),
                4 => EndpointMapper.Read(segment, in control, found),
                _ => Portmap(portmap, segment, in control, found),
            };
            BrokenPromiseException.Unless(reading.Found >= 0 && reading.Found <= found.Length, "expectations fit");
            foreach (ref readonly Expectation expectation in found[..reading.Found])
            {
                BrokenPromiseException.Unless(expectation.ResponderPort != 0 && expectation.Transport is 6 or 17, "an expectation has a port and a transport");
                BrokenPromiseException.Unless(expectation.ExpiresNs >= control.TimeNs, "an expectation is not over when it begins");
                table.Expect(in expectation, control.TimeNs);
            }

            BrokenPromiseException.Unless(table.Count <= 8, "the table keeps its bound");
        }
    }

    private static RelatedReading Portmap(SunRpcPortmap portmap, ReadOnlySpan<byte> segment, in ControlFlow control, Span<Expectation> found)
    {
        portmap.NoteCall(segment, in control);
        return portmap.ReadReply(segment, in control, found);
    }

    private static IEnumerable<byte[]> Seeds()
    {
        yield return [0, 0, .. "PORT 10,0,0,5,156,64\r\nEPRT |1|10.0.0.5|40001|\r\nEPRT |2|2001:db8::5|40001|\r\nEPSV ALL\r\n"u8];
        yield return [1, 0, .. "227 Entering Passive Mode (192,0,2,7,195,80).\r\n229 Entering Extended Passive Mode (|||50001|)\r\n"u8];
        yield return
        [
            2, 0,
            .. "INVITE sip:bob@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5\r\nContent-Type: application/sdp\r\nContent-Length: 150\r\n\r\nv=0\r\no=- 1 1 IN IP4 10.0.0.5\r\nc=IN IP4 10.0.0.5\r\nm=audio 4000/2 RTP/AVP 0\r\na=rtcp:4005 IN IP6 2001:db8::5\r\nm=image 5000 udptl t38\r\nm=video 0 RTP/AVP 1\r\na=rtcp-mux\r\n"u8,
        ];
        yield return [3, 0, 0, 1, .. "file\0octet\0blksize\0512\0"u8];
        foreach (bool little in new[] { false, true })
            foreach (int width in new[] { 4, 8 })
                yield return [4, 0, .. RpcBytes.MapReply(width, little, RpcBytes.Tower(49153), RpcBytes.Tower(49154, "0.0.0.0"))];
        byte[] call = RpcBytes.PortmapCall(7, 2, 6), reply = RpcBytes.PortmapReply(7, 2049);
        yield return [5, (byte)(call.Length / 4), .. call, .. reply];
        call = RpcBytes.PortmapCall(7, 4, "tcp");
        yield return [5, (byte)(call.Length / 4), .. call, .. RpcBytes.PortmapReply(7, "192.0.2.7.8.1")];
    }
}
