using System.Text;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>Names that would act on a terminal or a spreadsheet, from DNS, TLS and HTTP, through every output of the program.</summary>
public sealed class HostileNameTests
{
    private const string Host = "10.0.0.5", Peer = "192.0.2.7";
    private const long Start = 1_772_438_400_000_000_000, Second = 1_000_000_000;

    private const string Matrix = """
        | Port | Protocol | Direction | Required for |
        |---|---|---|---|
        | 80 | TCP | Out | HTTP access to updates.example.net |
        | 443 | TCP | Out | HTTPS access to updates.example.net |
        | 53 | UDP | Out | DNS |
        """;

    /// <summary>A title, a cleared screen, a C1 control, a line, a formula; and what UTF-8 is not.</summary>
    private static readonly byte[] s_name = [.. "=evil\u001b[2J\u001b]0;x\u0007\r\n"u8, 0x9b, 0xff, 0xc3, 0x28, 0, .. "x"u8];

    public static TheoryData<string> Channels => ["dns", "sni", "host"];

    [Theory]
    [MemberData(nameof(Channels))]
    public void A_name_acts_on_nothing_wherever_it_is_written(string channel)
    {
        using var folder = new TemporaryFolder();
        string capture = Capture(folder, channel), matrix = folder.Write("matrix.md", Encoding.UTF8.GetBytes(Matrix));
        string flow = $"{Host}:40000-{Peer}:{(channel == "host" ? 80 : 443)}/tcp", csv = Path.Combine(folder.Root, "flows.csv"), ndjson = Path.Combine(folder.Root, "flows.ndjson");
        string[] judged = ["-m", matrix, "-p", Host];
        var outputs = new Dictionary<string, string>
        {
            ["text"] = Run(["check", capture, .. judged, "--flows", csv]).Output,
            ["verbose"] = Run(["check", capture, .. judged, "-v"]).Output,
            ["json"] = Run(["check", capture, .. judged, "-f", "json", "--flows", ndjson]).Output,
            ["explain"] = Run(["explain", capture, "--flow", flow, .. judged]).Output,
            ["explain json"] = Run(["explain", capture, "--flow", flow, .. judged, "-f", "json"]).Output,
            ["explain frame"] = Run(["explain", capture, "--frame", "4", .. judged]).Output,
        };
        outputs["csv"] = File.ReadAllText(csv);
        outputs["ndjson"] = File.ReadAllText(ndjson);
        foreach (var (name, output) in outputs)
        {
            Assert.True(output.Length > 100, name);
            Assert.DoesNotContain(output.Replace("\n", "", StringComparison.Ordinal), c => char.IsControl(c));
            if (name != "explain frame") Assert.True(output.Contains("=evil\\027[2J", StringComparison.Ordinal) || output.Contains("evil\\\\027", StringComparison.Ordinal) || output.Contains("evil\\027", StringComparison.Ordinal), $"{name}: {output}");
        }

        Assert.DoesNotContain(outputs["csv"].Split('\n').SelectMany(line => line.Split(',')), cell => cell.Trim('"').StartsWith('='));
    }

    private static string Capture(TemporaryFolder folder, string channel)
    {
        byte[] hello = Hello(s_name);
        byte[] sent = channel == "host" ? [.. "GET / HTTP/1.1\r\nHost: "u8, .. s_name.Where(b => b is not ((byte)'\r' or (byte)'\n')), .. "\r\n\r\n"u8] : channel == "sni" ? hello : Hello([]);
        IEnumerable<TimedFrame> frames = new TcpConversation(Host, 40000, Peer, (ushort)(channel == "host" ? 80 : 443), Start + Second).Handshake().ClientSends(sent).ServerSends("x").Frames;
        if (channel == "dns")
        {
            byte[] answer = [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, (byte)s_name.Length, .. s_name, 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 7];
            frames = [.. new UdpExchange(Host, 5353, "10.0.0.1", 53, Start).ServerSends(answer).Frames, .. frames];
        }

        var file = new PcapFileBuilder(nanoseconds: true);
        foreach (TimedFrame frame in frames) file.Add(frame.TimestampNs, frame.Bytes);
        return folder.Write("a.pcap", file.ToArray());
    }

    /// <summary>A client hello of TLS 1.2 with a server name of any bytes; without the extension when it is empty.</summary>
    private static byte[] Hello(byte[] name)
    {
        byte[] extension = name.Length == 0 ? [] : [0, 0, .. Long(name.Length + 5), .. Long(name.Length + 3), 0, .. Long(name.Length), .. name];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, .. Long(extension.Length), .. extension];
        byte[] message = [1, 0, .. Long(body.Length), .. body];
        return [0x16, 3, 1, .. Long(message.Length), .. message];

        static byte[] Long(int value) => [(byte)(value >> 8), (byte)value];
    }
}
