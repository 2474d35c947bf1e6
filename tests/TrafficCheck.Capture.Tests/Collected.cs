using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Tests;

/// <summary>A frame copied out of its batch.</summary>
internal sealed record CollectedFrame(long TimeNs, string Data, uint WireLength, int Interface, LinkType LinkType)
{
    public override string ToString() => $"{TimeNs} {Data} {WireLength} {Interface} {LinkType}";
}

/// <summary>Everything that an input gives.</summary>
internal sealed record Collected(IReadOnlyList<CollectedFrame> Frames, InputSummary Summary, IReadOnlyList<CaptureInterface> Interfaces)
{
    public IEnumerable<string> Codes => Summary.Problems.Select(problem => problem.Code);

    public string[] Data => [.. Frames.Select(frame => frame.Data)];

    public long[] Times => [.. Frames.Select(frame => frame.TimeNs)];

    public static Collected From(byte[] file, int batchBytes = 1 << 12) => From(new MemoryStream(file), batchBytes);

    public static Collected From(Stream stream, int batchBytes = 1 << 12)
    {
        var interfaces = new CaptureInterfaces();
        using IFrameSource source = CaptureFile.Open(stream, "-", 0, interfaces);
        return From(source, interfaces, batchBytes);
    }

    public static Collected FromPath(string path)
    {
        var interfaces = new CaptureInterfaces();
        using IFrameSource source = CaptureFile.Open(path, 0, interfaces);
        return From(source, interfaces, 1 << 18);
    }

    public InputProblem Problem(string code) => Assert.Single(Summary.Problems, problem => problem.Code == code);

    /// <summary>The only problem there is.</summary>
    public InputProblem Only(ProblemSeverity severity, string code)
    {
        InputProblem problem = Assert.Single(Summary.Problems);
        Assert.Equal((severity, code), (problem.Severity, problem.Code));
        return problem;
    }

    private static Collected From(IFrameSource source, CaptureInterfaces interfaces, int batchBytes)
    {
        var frames = new List<CollectedFrame>();
        using var batch = new FrameBatch(batchBytes, 16);
        while (source.Read(batch))
        {
            Assert.NotEqual(0, batch.Count);
            foreach (FrameDescriptor frame in batch.Frames)
            {
                string data = Convert.ToHexString(batch.Block.Slice(frame.Offset, frame.CapturedLength));
                frames.Add(new CollectedFrame(frame.TimestampNs, data, frame.WireLength, frame.Interface, frame.LinkType));
            }
        }

        Assert.Equal(0, batch.Count);
        Assert.False(source.Read(batch));
        InputSummary summary = source.Describe();
        Assert.Equal(frames.Count, summary.Frames);
        Assert.Equal(frames.Sum(frame => frame.Data.Length / 2L), summary.Bytes);
        return new Collected(frames, summary, interfaces.All);
    }
}
