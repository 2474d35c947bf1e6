using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>A whole run over a capture file: whatever its frames are, every one is accounted for.</summary>
internal static class EngineTarget
{
    private const int MaxFile = 1 << 13;

    private static readonly AllowedMatrix s_matrix = new()
    {
        Name = "fuzz",
        Sources = [],
        Subjects = [new MatrixSubject("subject-1", [])],
        Rows = [Row("R1", 25, 6), Row("R2", 53, 17), Row("R3", 21, 6)],
    };

    public static FuzzTarget Target { get; } = new("engine", MaxFile, Run, Seeds);

    private static void Run(ReadOnlySpan<byte> input)
    {
        var interfaces = new CaptureInterfaces();
        using IFrameSource source = CaptureFile.Open(new MemoryStream(input.ToArray(), writable: false), "-", 0, interfaces);
        using var batch = new FrameBatch(1 << 14, 64);
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = [[IPNetwork.Parse("10.0.0.1/32"), IPNetwork.Parse("2001:db8::1/128")]];
        using var engine = new CheckEngine(s_matrix, hosts, interfaces, new EngineOptions { MaxFlows = 64, Seed = HashSeed.Fixed }, keepRows: true);
        while (source.Read(batch)) engine.Process(batch, 0, batch.Count);
        CheckReport report = engine.Finish([source.Describe()], [], new ExitRules());
        if (report.Accounting.BrokenIdentities.Count > 0) throw new BrokenPromiseException("the accounts add up", string.Join("\n", report.Accounting.BrokenIdentities));
        int rows = 0;
        engine.WriteRows(_ => rows++);
    }

    private static IEnumerable<byte[]> Seeds()
    {
        foreach (byte[] file in CaptureTargets.Pcap()) yield return file;
        foreach (byte[] sample in SeedFrames.Samples("capture.pcap", MaxFile)) yield return sample;
        foreach (byte[][] frames in SeedFrames.Tunnels.Chunk(8))
        {
            var file = new PcapFileBuilder();
            long time = 1_700_000_000_000_000_000;
            foreach (byte[] frame in frames) file.Add(time += 1_000_000, frame);
            yield return file.ToArray();
        }
    }

    private static MatrixRow Row(string id, ushort port, byte transport) => new()
    {
        Id = id,
        Subject = 0,
        Ports = [new PortRange(port, port)],
        Transports = [transport],
        Direction = RowDirection.Out,
        Source = new RowSource("fuzz", 1, 1),
    };
}
