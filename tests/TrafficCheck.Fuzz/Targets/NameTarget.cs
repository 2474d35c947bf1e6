using System.Globalization;
using System.Text;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Explain;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>
/// Names of any bytes, shown by a DNS answer, a server name of TLS, a host of HTTP or what a proxy is asked for (the first byte of the input chooses): nothing of
/// them acts on a terminal, wherever they are written.
/// </summary>
internal static class NameTarget
{
    private const int MaxName = 250;
    private const long Second = 1_000_000_000;

    private static readonly AllowedMatrix s_matrix = ConversationRun.MatrixOf(53, 80, 443);

    public static FuzzTarget Target { get; } = new(
        "names", MaxName + 1, Run, Seeds, "\u001b[2J", "\u001b]0;x\u0007", "\u009b", "\r\n", "\n", "\u202e", "=cmd|' /C x'!A0", "\"", "\\", ",", ";", ".example.net", "xn--", "*.");

    private static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2) return;
        byte[] name = input[1..].ToArray();
        ushort port = (ushort)((input[0] & 3) is 2 or 3 ? 80 : 443);
        List<TimedFrame> frames = [];
        byte[] sent = (input[0] & 3) switch
        {
            0 => ClientHello.Records(ClientHello.Message(null)),
            1 => Hello(name),
            2 => [.. "GET / HTTP/1.1\r\nHost: "u8, .. name, .. "\r\n\r\n"u8],
            _ => [.. "CONNECT "u8, .. name, .. ":443 HTTP/1.1\r\n\r\n"u8],
        };
        if ((input[0] & 3) == 0) frames.AddRange(new UdpExchange(ConversationRun.Host, 5353, "10.0.0.1", 53, Second).ServerSends(DnsAnswer(name)).Frames);
        frames.AddRange(new TcpConversation(ConversationRun.Host, 40000, ConversationRun.Peer, port, 2 * Second).Handshake().ClientSends(sent).ServerSends("x").Frames);

        ConversationRun run = ConversationRun.Of(frames, s_matrix);
        Check("text", Written(w => TextReport.Write(run.Report, w, TextStyle.Plain)));
        CheckJson("JSON", Written(w => JsonReport.Write(run.Report, w)));
        string csv = Exported(run, FlowFormat.Csv), ndjson = Exported(run, FlowFormat.Ndjson);
        Check("CSV", csv);
        BrokenPromiseException.Unless(csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == run.Rows.Count + 1, "a flow is a line of CSV");
        foreach (string line in ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries)) CheckJson("NDJSON", line);
        FlowExplanation explained = ConversationRun.Explain(frames, s_matrix, TransportNames.Tcp, 40000, port);
        Check("explain", Written(w => FlowExplanationText.Write(explained, w)));
        CheckJson("explain as JSON", Written(w => FlowExplanationJson.Write(explained, w)));
    }

    private static byte[] Hello(byte[] name)
    {
        byte[] message = ClientHello.Message(new string('x', name.Length));
        name.CopyTo(message, message.AsSpan().LastIndexOf(Enumerable.Repeat((byte)'x', name.Length).ToArray()));
        return ClientHello.Records(message);
    }

    private static byte[] DnsAnswer(byte[] name)
    {
        byte[] label = name.Length > 63 ? name[..63] : name;
        return [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, (byte)label.Length, .. label, 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 7];
    }

    private static string Written(Action<TextWriter> write)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        write(text);
        return text.ToString();
    }

    private static string Exported(ConversationRun run, FlowFormat format)
    {
        using var stream = new MemoryStream();
        using (IFlowExport export = FlowExport.To(format, stream))
        {
            foreach (FlowRow row in run.Rows) export.Add(in row);
            export.Complete();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Controls of C0 and C1 but line ends, and what turns the order of characters round.</summary>
    private static void Check(string what, string text)
    {
        foreach (char c in text)
        {
            bool acts = (c < ' ' && c != '\n') || c is >= '\u007f' and <= '\u009f' or >= '\u200e' and <= '\u200f' or >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069';
            if (acts) throw new BrokenPromiseException($"nothing from a capture acts on a terminal: {what}", $"U+{(int)c:x4} in\n{text}");
        }
    }

    private static void CheckJson(string what, string json)
    {
        Check(what, json);
        using JsonDocument document = JsonDocument.Parse(json);
    }

    private static IEnumerable<byte[]> Seeds()
    {
        foreach (byte channel in (byte[])[0, 1, 2, 3])
        {
            yield return [channel, .. "shop.example.net"u8];
            yield return [channel, .. "evil\u001b[2J\u001b]0;x\u0007\u009b31m\r\n\u202e.example"u8];
            yield return [channel, .. "=1+1,\"x\";'"u8, 0, 0xff, 0xc3, 0x28, 0x9b];
        }
    }
}
