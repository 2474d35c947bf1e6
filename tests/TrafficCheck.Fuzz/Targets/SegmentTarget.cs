using System.Text;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition;
using TrafficCheck.Core.Tests.Recognition.Related;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>
/// What two ends say to each other in segments of any size, out of order, some lost: hellos, requests, and control connections that announce flows. The
/// outcome does not depend on how the capture is cut into batches. Head of the input: port, size of segments, order, losses, share of the client.
/// </summary>
internal static class SegmentTarget
{
    private const int Head = 5, MaxStream = 3000, MaxSegments = 400;
    private const long Second = 1_000_000_000;

    private static readonly ushort[] s_ports = [443, 80, 21, 5060, 111, 135, 389];

    private static readonly AllowedMatrix s_matrix = ConversationRun.MatrixOf(s_ports);

    public static FuzzTarget Target { get; } = new(
        "segments", Head + MaxStream, Run, Seeds, "\u0016\u0003\u0001", "GET / HTTP/1.1\r\nHost: ", "\r\n", "\r\n\r\n", "227 ok (192,0,2,7,195,80)\r\n", "229 ok (|||50000|)\r\n", "PORT 10,0,0,5,195,80\r\n",
        "AUTH TLS\r\n", "234 ok\r\n", "INVITE sip:a SIP/2.0\r\n", "SIP/2.0 200 OK\r\n", "Content-Length: ", "Content-Type: application/sdp\r\n", "c=IN IP6 2001:db8::7\r\n", "m=audio 30000/65535 RTP/AVP 0\r\n");

    private static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length <= Head) return;
        ushort port = s_ports[input[0] % s_ports.Length];
        byte[] stream = input[Head..].ToArray();
        int size = Math.Max(1 + (input[1] * 2), stream.Length / MaxSegments), client = stream.Length * input[4] / 255;
        var script = new TcpConversation(ConversationRun.Host, 40000, ConversationRun.Peer, port, Second) { SegmentSize = size, Acknowledged = (input[3] & 1) != 0 };
        if ((input[3] & 2) == 0) script.Handshake();
        if ((input[3] & 4) != 0) script.ServerSends(stream.AsSpan(client)).ClientSends(stream.AsSpan(0, client));
        else script.ClientSends(stream.AsSpan(0, client)).ServerSends(stream.AsSpan(client));
        if ((input[3] & 8) == 0) script.ClientCloses();

        // The order of segments and what is lost of them, always the same for the same input.
        var random = new Random(input[2]);
        IEnumerable<TimedFrame> segments = input[2] == 0 ? script.Frames : script.Frames.OrderBy(f => f.TimestampNs + (random.NextInt64(4) * 300_000_000)).ToList();
        int lost = input[3] >> 4;
        if (lost > 0) segments = segments.Where(_ => random.Next(32) >= lost);
        long at = Second;
        List<TimedFrame> frames = [.. segments.Select(f => f with { TimestampNs = at += 250_000_000 })];
        if (frames.Count == 0) return;
        frames.AddRange(new TcpConversation(ConversationRun.Host, 40001, ConversationRun.Peer, 50000, at + Second).Handshake().ClientSends("\u0016\u0003\u0001x").Frames);
        frames.AddRange(new UdpExchange(ConversationRun.Host, 20000, ConversationRun.Peer, 30000, at + (2 * Second)).ClientSends("a").ServerSends("b").Frames);

        string whole = Words(ConversationRun.Of(frames, s_matrix)), parts = Words(ConversationRun.Of(frames, s_matrix, chunk: 3));
        if (whole != parts) throw new BrokenPromiseException("the cut into batches changes nothing", whole + "\n---\n" + parts);
    }

    private static string Words(ConversationRun run) =>
        string.Join('\n', run.Rows.Select(r => $"{r.Initiator}:{r.InitiatorPort} {r.ResponderPort} {r.Evidence} {r.Verdict} {r.Reason} {r.PeerName} {r.PeerNameFrame} {r.Related} {r.Application}"))
        + "\n" + string.Join(' ', run.Report.Accounting.NotKept);

    private static IEnumerable<byte[]> Seeds()
    {
        byte[] hello = ClientHello.Records(ClientHello.Message("shop.example.net", ["h2"], encrypted: true), 90);
        byte[][] orders = [[0, 40, 0, 0], [0, 4, 3, 0], [0, 4, 0, 0x20], [0, 0, 7, 2]];
        foreach (byte[] order in orders) yield return [.. order, 255, .. hello];
        foreach (byte[] order in orders) yield return [1, order[1], order[2], order[3], 255, .. "GET /a HTTP/1.1\r\nCookie: x\r\nHost: shop.example.net\r\n\r\n"u8];
        yield return [2, 6, 0, 4, 0, .. "220 ftp\r\n227 ok (192,0,2,7,195,80)\r\n"u8];
        yield return [2, 6, 5, 4, 0, .. "220 ftp\r\n229 ok (|||50000|)\r\n234 yes\r\n"u8];
        string many = string.Concat(Enumerable.Range(0, 100).Select(i => $"227 ok (192,0,2,7,{4 + i},{i})\r\n"));
        yield return [2, 100, 0, 4, 0, .. Encoding.ASCII.GetBytes(many)];
        string sdp = "v=0\r\nc=IN IP4 192.0.2.7\r\n" + string.Concat(Enumerable.Repeat("m=audio 30000/65535 RTP/AVP 0\r\n", 40));
        yield return [3, 30, 0, 0, 0, .. Encoding.ASCII.GetBytes($"SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: {sdp.Length}\r\n\r\n{sdp}SIP/2.0 100 Trying\r\n\r\n")];
        byte[] call = RpcBytes.InRecord(RpcBytes.PortmapCall(77, 2, 6)), reply = RpcBytes.InRecord(RpcBytes.PortmapReply(77, 50000));
        yield return [4, 10, 0, 0, (byte)(255 * call.Length / (call.Length + reply.Length)), .. call, .. reply];
        yield return [5, 30, 0, 0, 0, .. RpcBytes.MapReply(4, true, [.. Enumerable.Range(0, 30).Select(i => RpcBytes.Tower((ushort)(50000 + i)))])];
    }
}
