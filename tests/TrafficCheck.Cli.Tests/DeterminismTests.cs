using System.Text.Json.Nodes;
using TrafficCheck.Capture;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>The same frames give the same report, however they are stored and split.</summary>
public sealed class DeterminismTests
{
    private static readonly string s_capture = Path.Combine(Samples, "mail-gateway", "capture.pcap");

    [Fact]
    public void Twice_gives_the_same_bytes()
    {
        foreach (string format in new[] { "text", "json" })
            Assert.Equal(Run(Arguments([s_capture], "-f", format)).Output, Run(Arguments([s_capture], "-f", format)).Output);
    }

    [Fact]
    public void Split_compressed_and_rewritten_captures_give_the_same_report_and_flows()
    {
        using var folder = new TemporaryFolder();
        (string report, string flows) = Judged(folder, s_capture);
        byte[] whole = File.ReadAllBytes(s_capture);
        List<(long TimeNs, byte[] Data)> frames = Frames();

        Assert.Equal((report, flows), Judged(folder, folder.Write("a.pcap.gz", CompressedBytes.Gzip(whole))));
        Assert.Equal((report, flows), Judged(folder, folder.Write("a.pcap.zst", CompressedBytes.Zstd(whole))));
        Assert.Equal((report, flows), Judged(folder, folder.Write("a.be", Pcap(frames, bigEndian: true))));
        Assert.Equal((report, flows), Judged(folder, folder.Write("a.pcapng", Pcapng(frames))));

        int third = frames.Count / 3;
        string[] parts =
        [
            folder.Write("3.pcap", Pcap(frames[..third])),
            folder.Write("1.pcap", Pcap(frames[third..(2 * third)])),
            folder.Write("2.pcap", Pcap(frames[(2 * third)..])),
        ];
        Assert.Equal((report, flows), Judged(folder, parts));

        // Dealt out to two files, as two taps do; equal times keep the order of the inputs, so none may be equal.
        string[] dealt =
        [
            folder.Write("even.pcap", Pcap([.. frames.Where((_, i) => i % 2 == 0)])),
            folder.Write("odd.pcapng", Pcapng([.. frames.Where((_, i) => i % 2 == 1)])),
        ];
        if (frames.Select(f => f.TimeNs).Distinct().Count() == frames.Count) Assert.Equal((report, flows), Judged(folder, dealt));
    }

    [Fact]
    public void A_capture_stored_out_of_order_gives_the_same_verdicts_also_from_standard_input()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(4);
        List<(long TimeNs, byte[] Data)> ordered = Frames();
        List<(long TimeNs, byte[] Data)> stored = [.. ordered.OrderBy(f => f.TimeNs + random.NextInt64(PacketTime.ReorderWindowNs))];
        Assert.NotEqual(ordered, stored);
        byte[] bytes = Pcap(stored);
        string flows = Path.Combine(folder.Root, "flows.csv"), again = Path.Combine(folder.Root, "again.csv");
        var file = Run(Arguments([folder.Write("a.pcap", bytes)], "-f", "json", "--flows", flows));
        var stream = RunWith(bytes, Arguments(["-"], "-f", "json", "--flows", again));
        Assert.Equal((1, WithoutInputs(file.Output), File.ReadAllText(flows)), (stream.Code, WithoutInputs(stream.Output), File.ReadAllText(again)));
        JsonNode report = JsonNode.Parse(file.Output)!, inOrder = JsonNode.Parse(Run(Arguments([s_capture], "-f", "json")).Output)!;
        Assert.Equal(inOrder["summary"]!.ToJsonString(), report["summary"]!.ToJsonString());
        Assert.Equal(inOrder["coverage"]!.ToJsonString(), report["coverage"]!.ToJsonString());
        Assert.Equal(Judged(folder, s_capture).Flows, File.ReadAllText(flows));
        Assert.True((long)report["visibility"]!["reordered"]! > 10);

        // The number that the report would name is the one at which explain finds the frame.
        int number = stored.FindIndex(f => f.Data == ordered[^1].Data) + 1;
        JsonNode explained = JsonNode.Parse(Run("explain", folder.Write("b.pcap", bytes), "--frame", $"{number}", "-f", "json").Output)!;
        Assert.Equal(ordered[^1].Data.Length, (int)explained["frame"]!["capturedLength"]!);
        Assert.True((bool)explained["decoding"]!["layersAgree"]!);
    }

    [Fact]
    public void Standard_input_gives_the_report_of_the_file()
    {
        using var folder = new TemporaryFolder();
        string flows = Path.Combine(folder.Root, "flows.csv");
        var (code, output, _) = RunWith(File.ReadAllBytes(s_capture), Arguments(["-"], "-f", "json", "--flows", flows));
        Assert.Equal(1, code);
        Assert.Equal(Judged(folder, s_capture), (WithoutInputs(output), File.ReadAllText(flows)));
    }

    private static (string Report, string Flows) Judged(TemporaryFolder folder, params string[] inputs)
    {
        string flows = Path.Combine(folder.Root, "flows.csv");
        var (code, output, errors) = Run(Arguments(inputs, "-f", "json", "--flows", flows));
        Assert.True(code == 1, errors);
        return (WithoutInputs(output), File.ReadAllText(flows));
    }

    /// <summary>The inputs differ, which is what the tests are about; everything else must not.</summary>
    private static string WithoutInputs(string report)
    {
        JsonNode document = JsonNode.Parse(report)!;
        Assert.True(((JsonObject)document).Remove("inputs"));
        return document.ToJsonString();
    }

    private static string[] Arguments(string[] inputs, params string[] more) =>
        ["check", .. inputs, "-m", "samples/mail-gateway/matrix.md", "-p", "1=10.0.0.5,2001:db8:10::5", "-p", "exchange-server=10.0.0.9", .. more];

    private static List<(long TimeNs, byte[] Data)> Frames()
    {
        using IFrameSource source = CaptureFile.Open(s_capture, 0, new CaptureInterfaces());
        using var batch = new FrameBatch();
        var frames = new List<(long TimeNs, byte[] Data)>();
        while (source.Read(batch))
        {
            foreach (FrameDescriptor frame in batch.Frames)
                frames.Add((frame.TimestampNs, batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray()));
        }

        return frames;
    }

    private static byte[] Pcap(List<(long TimeNs, byte[] Data)> frames, bool bigEndian = false)
    {
        var file = new PcapFileBuilder(bigEndian, nanoseconds: true);
        foreach (var (timeNs, data) in frames) file.Add(timeNs, data);
        return file.ToArray();
    }

    private static byte[] Pcapng(List<(long TimeNs, byte[] Data)> frames)
    {
        PcapngFileBuilder file = new PcapngFileBuilder().Interface(resolution: 9);
        foreach (var (timeNs, data) in frames) file.EnhancedPacket(0, (ulong)timeNs, data);
        return file.ToArray();
    }
}
