using TrafficCheck.Capture;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Tests.Wire;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Core.Tests.Explain;

public sealed class FrameWalkTests : IDisposable
{
    private readonly TunnelPorts _ports = new(TunnelPorts.Standard);

    public void Dispose() => _ports.Dispose();

    [Fact]
    public void Every_prefix_of_every_canonical_frame_is_walked_as_it_is_decoded()
    {
        var different = new List<string>();
        foreach (CanonicalFrame frame in CanonicalFrames.All)
        {
            for (int length = 0; length <= frame.Bytes.Length; length++)
            {
                if (WalkedAndDecoded.Difference(frame.Bytes.AsSpan(0, length), frame.LinkType, _ports, out _) is { } difference)
                    different.Add($"{frame.Name}, {length} bytes:\n{difference}");
            }
        }

        Assert.Empty(different.Take(5));
    }

    [Fact]
    public void Corpus_frames_and_their_prefixes_and_mutations_are_walked_as_they_are_decoded()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        var different = new List<string>();
        var random = new Random(20_250_301);
        int compared = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(shared, "corpus", "captures"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            bool often = file.Contains("encapsulation", StringComparison.Ordinal);
            int inFile = 0;
            using var set = new CaptureSet([new CaptureInput(file)]);
            while (different.Count < 5 && set.ReadRun(out FrameBatch? batch, out int start, out int count))
            {
                foreach (FrameDescriptor frame in batch.Frames.Slice(start, count))
                {
                    byte[] bytes = batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray();
                    Compare(bytes, bytes.Length, "whole");
                    if (++inFile > (often ? 40 : 5)) continue;
                    for (int length = 0; length < Math.Min(bytes.Length, 200); length++) Compare(bytes, length, $"{length} bytes");
                    for (int i = 0; i < 60 && bytes.Length > 0; i++)
                    {
                        byte[] mutated = [.. bytes];
                        for (int change = random.Next(1, 4); change > 0; change--) mutated[random.Next(Math.Min(bytes.Length, 160))] = (byte)random.Next(256);
                        Compare(mutated, random.Next(4) == 0 ? random.Next(mutated.Length) : mutated.Length, "mutated " + Convert.ToHexString(mutated));
                    }

                    void Compare(byte[] of, int length, string how)
                    {
                        compared++;
                        if (WalkedAndDecoded.Difference(of.AsSpan(0, length), frame.LinkType, _ports, out _) is { } difference)
                            different.Add($"{Path.GetFileName(file)}, {frame.LinkType}, {how}:\n{difference}");
                    }
                }
            }
        }

        Assert.Empty(different.Take(5));
        Assert.True(compared > 300_000);
    }
}
