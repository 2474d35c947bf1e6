using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>A run of the whole engine whose input is cut in a given way; what came out, as text.</summary>
internal static class StagedRun
{
    private const byte Tcp = 6, Udp = 17;

    internal static readonly AllowedMatrix Matrix = MatrixOf(
        Allow("Mail", 25, RowDirection.In), Allow("Web", 443, peers: ["shop.example.net"]), Allow("Cdn", 443, peers: ["*.cdn.example.net", "192.0.2.2"]),
        Allow("Http", 80, RowDirection.InOut, peers: ["other.example.org"]), Allow("Dns", 53, transports: [Udp, Tcp]), Allow("Ftp", 21, RowDirection.In));

    internal static readonly IReadOnlyList<IReadOnlyList<IPNetwork>> Protected = [[Network(Host), Network("2001:db8::5")]];

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Converters = { new AddressText(), new NetworkText() } };

    /// <param name="cut">Seed of the cut into batches and calls; null for all frames in one batch and call.</param>
    public static string Of(IReadOnlyList<TimedFrame> frames, IReadOnlyList<ushort> interfaces, int threads, long maxFlows = 100_000, int? cut = null, int before = 0)
    {
        var known = new CaptureInterfaces();
        for (int i = 0; i < 3; i++) known.Add(new CaptureInterface(i, 0, $"eth{i}", LinkType.Ethernet, 0));
        var options = new EngineOptions { MaxFlows = maxFlows, Seed = HashSeed.Fixed, Threads = threads, BatchesBeforeThreads = before };
        using var engine = new CheckEngine(Matrix, Protected, known, options, keepRows: true);
        if (cut is { } seed) Feed(engine, frames, interfaces, new Random(seed));
        else
        {
            using FrameBatch batch = FrameBatches.Of(frames, interfaces);
            engine.Process(batch, 0, frames.Count);
        }

        CheckReport report = engine.Finish([Summary(frames.Count)], [], new ExitRules());
        Assert.Empty(report.Accounting.BrokenIdentities);
        Assert.Equal(frames.Count, report.Accounting.FramesRead);
        var rows = new List<FlowRow>();
        engine.WriteRows(rows.Add);
        return Text(report) + "\n" + string.Join('\n', rows.Select(r => JsonSerializer.Serialize(r, s_json)));
    }

    /// <summary>A report as text.</summary>
    internal static string Text<T>(T report) => JsonSerializer.Serialize(report, s_json);

    /// <summary>What the input says of itself after so many frames.</summary>
    internal static InputSummary Summary(long frames) => new() { Path = "x", Format = "pcap", LinkTypes = [LinkType.Ethernet], Frames = frames, Bytes = 0, Problems = [] };

    /// <summary>
    /// As a set of inputs does it: each input has batches of its own, which are given in runs in the order of the frames, and are filled anew, unless they
    /// are held, as soon as their last frame was given. Here their bytes are destroyed then, so that who reads too late reads nonsense.
    /// </summary>
    private static void Feed(CheckEngine engine, IReadOnlyList<TimedFrame> frames, IReadOnlyList<ushort> interfaces, Random random)
    {
        int largest = random.Next(4) switch { 0 => 3, 1 => 70, _ => 500 };
        var inputs = new Input[random.Next(2) == 0 ? 1 : 3];
        for (int next = 0; next < frames.Count;)
        {
            ref Input input = ref inputs[interfaces[next] % inputs.Length];
            if (input.Batch is null)
            {
                int[] own = [.. Enumerable.Range(next, frames.Count - next).Where(i => interfaces[i] % inputs.Length == interfaces[next] % inputs.Length).Take(random.Next(1, largest))];
                input = new(FrameBatches.Of([.. own.Select(i => frames[i])], [.. own.Select(i => interfaces[i])]), 0);
            }

            int run = 1;
            while (next + run < frames.Count && input.Next + run < input.Batch!.Count && interfaces[next + run] % inputs.Length == interfaces[next] % inputs.Length) run++;
            if (random.Next(2) == 0) run = random.Next(1, run + 1);
            engine.Process(input.Batch!, input.Next, run);
            if (random.Next(100) == 0) engine.Drain();
            next += run;
            input = input with { Next = input.Next + run };
            if (input.Next < input.Batch!.Count) continue;
            if (!input.Batch.IsHeld) input.Batch.Block.Fill(0xa5);
            input.Batch.Dispose();
            input = default;
        }
    }

    private record struct Input(FrameBatch? Batch, int Next);

    private sealed class AddressText : JsonConverter<IPAddress>
    {
        public override IPAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class NetworkText : JsonConverter<IPNetwork>
    {
        public override IPNetwork Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IPNetwork value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
