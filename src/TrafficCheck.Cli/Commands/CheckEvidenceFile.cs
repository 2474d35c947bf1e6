using TrafficCheck.Capture;
using TrafficCheck.Capture.Filters;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live.Evidence;

namespace TrafficCheck.Cli.Commands;

/// <summary>The file of <c>check --evidence</c>.</summary>
internal static class CheckEvidenceFile
{
    public const string ReadOnce = "--evidence reads the inputs twice, which standard input and pipes do not allow: give a file";

    /// <param name="set">The inputs, opened once more; disposed here.</param>
    /// <param name="repairs">As in the reading that the report is from, so that flows begin with the same frames.</param>
    /// <param name="filter">As in that reading: what was left out there belongs to no flow. Null passes all.</param>
    public static void Write(string path, CheckReport report, EngineOptions engine, CaptureSet set, bool repairs, FrameFilter? filter)
    {
        using var frames = new OrderedCapture(set, repairs);
        var passing = new FilteredCapture(frames, filter, set.Interfaces);
        var options = new EvidenceOptions { Folder = "", VlanInKey = engine.VlanInKey, Decapsulate = engine.Decapsulate, TunnelPorts = engine.TunnelPorts };
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        using var evidence = new CheckEvidence(report, options, set.Interfaces, file);
        while (passing.ReadRun(out FrameBatch? batch, out int start, out int count, out long firstNumber)) evidence.Take(batch, start, count, firstNumber);
        evidence.Complete();
        if (evidence.Missing > 0) throw new IOException($"--evidence: {evidence.Missing} frames of the report were not there in the second reading; the inputs changed");
    }
}
