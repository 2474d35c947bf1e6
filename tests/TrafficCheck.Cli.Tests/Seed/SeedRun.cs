using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>Captures through the whole engine as <c>check</c> runs it: files, the merge by time, repairs of order, judgement, report.</summary>
internal static class SeedRun
{
    public static (CheckReport Report, IReadOnlyList<FlowRow> Flows) Of(AllowedMatrix matrix, string[] protect, params IReadOnlyList<IReadOnlyList<TimedFrame>> files)
    {
        using var folder = new TemporaryFolder();
        CaptureInput[] inputs = [.. files.Select((frames, i) => new CaptureInput(folder.Write($"{i}.pcap", Bytes(frames))))];
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = ProtectOption.Resolve(matrix, protect);
        var options = new EngineOptions { MaxFlows = 2000, Seed = HashSeed.Fixed };
        for (bool repairs = false; ; repairs = true)
        {
            using var set = new CaptureSet(inputs);
            using var engine = new CheckEngine(matrix, hosts, set.Interfaces, options, keepRows: true);
            using var frames = new OrderedCapture(set, repairs);
            if (!ReadAll(frames, engine)) continue;
            CheckReport report = engine.Finish(set.Summaries, [], new ExitRules());
            Assert.Empty(report.Accounting.BrokenIdentities);
            var flows = new List<FlowRow>();
            engine.WriteRows(flows.Add);
            return (report, flows);
        }
    }

    public static byte[] Bytes(IReadOnlyList<TimedFrame> frames)
    {
        var file = new PcapFileBuilder(nanoseconds: true);
        foreach (TimedFrame frame in frames) file.Add(frame.TimestampNs, frame.Bytes, frame.WireLength);
        return file.ToArray();
    }

    private static bool ReadAll(OrderedCapture frames, CheckEngine engine)
    {
        while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long firstNumber))
        {
            engine.Process(batch, start, count, firstNumber);
            if (engine.SawDisorder && !frames.Repairs) return false;
        }

        engine.Order = (frames.Reordered, frames.NotHeld);
        return true;
    }
}
