using System.Diagnostics;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class HostileInputTests
{
    [Theory]
    [MemberData(nameof(SampleFiles.All), MemberType = typeof(SampleFiles))]
    public void Every_prefix_gives_a_prefix_of_the_frames_and_says_where_it_ends(string name)
    {
        byte[] file = SampleFiles.Build(name);
        Collected whole = Collected.From(file);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => Convert.ToHexString(SampleFiles.Data(i))), whole.Data);
        Assert.Equal(Enumerable.Range(0, 6).Select(SampleFiles.Time), whole.Times);
        Assert.Empty(whole.Summary.Problems);
        HashSet<int> ends = RecordEnds(name, file);
        for (int length = 0; length < file.Length; length++)
        {
            Collected read = Collected.From(file[..length]);
            Assert.Equal(whole.Frames.Take(read.Frames.Count), read.Frames);

            // A file cut exactly between two records is a sound shorter file.
            Assert.True(read.Summary.Damaged || ends.Contains(length), $"prefix of {length} bytes of {name} is taken for whole");
            if (!read.Summary.Damaged) continue;
            InputProblem problem = Assert.Single(read.Summary.Problems, p => p.Severity == ProblemSeverity.Damage);
            if (problem.Code == "no-packets") continue;
            Assert.InRange(problem.ByteOffset, 0, name.Contains('+', StringComparison.Ordinal) ? 10_000 : length);
            if (read.Frames.Count > 0) Assert.Matches($@"\bframe {read.Frames.Count}\b", problem.Message);
        }
    }

    [Theory]
    [MemberData(nameof(SampleFiles.All), MemberType = typeof(SampleFiles))]
    public void Mutated_files_end_soon_and_without_an_exception(string name)
    {
        byte[] sound = SampleFiles.Build(name, 40);
        var random = new Random(20_240_601);
        long start = Stopwatch.GetTimestamp();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        const int Rounds = 1500;
        int damaged = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] file = [.. sound];
            int changes = random.Next(1, 6);
            for (int i = 0; i < changes; i++) Mutate(random, file);
            if (random.Next(8) == 0) file = [.. file.AsSpan(0, random.Next(file.Length)), .. file.AsSpan(random.Next(file.Length))];
            Collected read = Collected.From(file, 1 + random.Next(2000));
            Assert.InRange(read.Summary.Problems.Count, 0, 30);
            if (read.Summary.Damaged) damaged++;
            foreach (CollectedFrame frame in read.Frames) Assert.InRange(frame.Data.Length, 0, 2 * 262_144);
        }

        Assert.InRange(damaged, Rounds / 10, Rounds);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 120);
        if (!name.Contains("zst", StringComparison.Ordinal)) Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, Rounds * 1_000_000L);
    }

    [Fact]
    public void Random_bytes_behind_a_sound_head_never_throw()
    {
        var random = new Random(5);
        byte[][] heads =
        [
            new PcapFileBuilder().ToArray(), new PcapFileBuilder(bigEndian: true, modified: true).ToArray(), new PcapngFileBuilder().Interface().ToArray(),
            new SnoopFileBuilder().ToArray(), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], [0x28, 0xb5, 0x2f, 0xfd], [0x50, 0x2a, 0x4d, 0x18],
        ];
        byte[] noise = new byte[3000];
        foreach (byte[] head in heads)
        {
            for (int round = 0; round < 200; round++)
            {
                random.NextBytes(noise.AsSpan(0, random.Next(noise.Length)));
                Assert.True(Collected.From([.. head, .. noise]).Summary.Problems.Count > 0);
            }
        }
    }

    [Theory]
    [InlineData(0xFFFF_FFFCu)]
    [InlineData(0x7FFF_FFFCu)]
    [InlineData(0x0010_0000u)]
    public void A_length_field_alone_allocates_nothing(uint length)
    {
        byte[] file = new PcapngFileBuilder().Interface().BrokenBlock(6, length, new byte[10_000]).ToArray();
        Collected.From(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Collected read = Collected.From(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.Contains("truncated-block", read.Codes);
        Assert.True(read.Summary.Damaged);
    }

    private static void Mutate(Random random, byte[] file)
    {
        int at = random.Next(file.Length);
        switch (random.Next(4))
        {
            case 0:
                file[at] = (byte)random.Next(256);
                break;
            case 1:
                file[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                file.AsSpan(at, Math.Min(4, file.Length - at)).Fill(random.Next(2) == 0 ? (byte)0xff : (byte)0);
                break;
            default:
                int from = random.Next(file.Length), count = Math.Min(random.Next(1, 40), file.Length - Math.Max(at, from));
                file.AsSpan(from, count).CopyTo(file.AsSpan(at, count));
                break;
        }
    }

    /// <summary>Lengths at which a cut leaves whole records: found with the frame data that the builder was given, not with the reader.</summary>
    private static HashSet<int> RecordEnds(string name, byte[] file)
    {
        if (name.Contains('+', StringComparison.Ordinal)) return [];
        if (!name.StartsWith("pcapng", StringComparison.Ordinal)) return [.. Enumerable.Range(1, 6).Select(frames => SampleFiles.Build(name, frames).Length)];
        bool big = name.EndsWith("-be", StringComparison.Ordinal);
        HashSet<int> ends = [];
        for (int at = 0; at < file.Length;)
        {
            at += big
                ? System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at + 4))
                : System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            ends.Add(at);
        }

        return ends;
    }
}
