using CsCheck;
using TrafficCheck.Core.Flows;
using TrafficCheck.Tests;

namespace TrafficCheck.Core.Tests.Flows;

public sealed class FlowIndexTests
{
    private readonly struct Hashes(ulong[] all) : FlowIndex.IHashSource
    {
        public ulong HashOf(uint number) => all[number];

        public void Fetch(uint number) => Assert.InRange(number, 1u, (uint)all.Length - 1);
    }

    /// <summary>Few hashes for many numbers: chunks run over, and counts of entries sent on saturate.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(100_000)]
    public void Finds_what_is_there_and_nothing_else(int differentHashes) =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 699], Gen.Int[0, differentHashes - 1]).Array[1, 4000].SampleRepeatably(
            steps =>
            {
                using var index = new FlowIndex();
                var hashes = new ulong[700];
                var present = new SortedSet<uint>();
                foreach (var (kind, number, hash) in steps)
                {
                    uint entry = (uint)number;
                    if (kind == 0 && present.Remove(entry)) Assert.True(index.Remove(hashes[entry], entry));
                    else if (kind != 0 && present.Add(entry))
                    {
                        // Homes are the upper bits, tags the lower.
                        hashes[entry] = ((ulong)hash * 0x9e3779b97f4a7c15) & ~0xffUL | (uint)(hash % 3);
                        index.Add(hashes[entry], entry);
                    }
                }

                Assert.Equal((uint)present.Count, index.Count);
                Check(index, hashes, present);
                index.Grow(new Hashes(hashes));
                Check(index, hashes, present);
                foreach (uint entry in present) Assert.True(index.Remove(hashes[entry], entry));
                Assert.Equal(0u, index.Count);
                Assert.All(present, entry => Assert.Empty(Candidates(index, hashes[entry])));
            },
            draws: 20);

    private static void Check(FlowIndex index, ulong[] hashes, SortedSet<uint> present)
    {
        foreach (var group in present.GroupBy(entry => hashes[entry])) Assert.Superset(group.ToHashSet(), Candidates(index, group.Key));
        Assert.All(present, entry => Assert.Subset(present, new SortedSet<uint>(Candidates(index, hashes[entry]))));
    }

    private static HashSet<uint> Candidates(FlowIndex index, ulong hash)
    {
        var found = new HashSet<uint>();
        FlowIndex.Step step = default;
        for (uint number = index.Next(hash, ref step); number != 0; number = index.Next(hash, ref step)) Assert.True(found.Add(number));
        return found;
    }
}
