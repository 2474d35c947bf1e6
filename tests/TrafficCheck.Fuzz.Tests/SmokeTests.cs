using TrafficCheck.Fuzz.Loop;
using TrafficCheck.Fuzz.Targets;

namespace TrafficCheck.Fuzz.Tests;

/// <summary>Each target over its seeds and a few mutations of them, always the same: what fuzzing runs on keeps running.</summary>
public sealed class SmokeTests
{
    private const int Mutations = 2000, MutationsOfSlow = 60;

    private static readonly string[] s_slow = ["matrix-md", "matrix-yaml", "matrix-json", "matrix-csv", "engine", "compressed", "names", "segments"];

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Seeds_and_mutations_of_them_keep_every_promise(string name)
    {
        FuzzTarget target = FuzzTargets.Named(name);
        byte[][] seeds = [.. target.Seeds()];
        Assert.NotEmpty(seeds);
        foreach (byte[] seed in seeds) target.Run(seed);
        target.Run([]);
        var random = new Random(1);
        var mutator = new Mutator(random, target.Tokens);
        var buffer = new byte[target.MaxLength];
        for (int i = s_slow.Contains(name) ? MutationsOfSlow : Mutations; i > 0; i--)
        {
            int length = mutator.Mutate(seeds[random.Next(seeds.Length)], seeds[random.Next(seeds.Length)], buffer);
            try
            {
                target.Run(buffer.AsSpan(0, length));
            }
            catch (Exception e)
            {
                Assert.Fail($"{name}, {Convert.ToHexString(buffer.AsSpan(0, length))}:\n{e}");
            }
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_mutations()
    {
        static List<string> Some()
        {
            var random = new Random(5);
            var mutator = new Mutator(random, ["token"]);
            var buffer = new byte[64];
            return [.. Enumerable.Range(0, 200).Select(_ => Convert.ToHexString(buffer.AsSpan(0, mutator.Mutate("some bytes"u8, "others"u8, buffer))))];
        }

        Assert.Equal(Some(), Some());
        Assert.True(Some().Distinct().Count() > 150);
    }

    [Fact]
    public void A_finding_is_kept_once_for_each_cause_with_the_smallest_input()
    {
        string folder = Directory.CreateTempSubdirectory("trafficcheck-").FullName;
        try
        {
            var findings = new Findings(folder);
            findings.Add("frame", new BrokenPromiseException("x"), [1, 2, 3]);
            findings.Add("frame", new BrokenPromiseException("x"), [1, 2]);
            findings.Add("frame", new BrokenPromiseException("x"), [1, 2, 3, 4]);
            findings.Add("frame", new BrokenPromiseException("y"), []);
            Assert.Equal(2, findings.Count);
            Assert.Equal([0L, 2L], Directory.EnumerateFiles(folder, "*.bin").Select(f => new FileInfo(f).Length).Order());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
