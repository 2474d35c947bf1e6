using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>How often each <see cref="Oddities"/> bit was seen.</summary>
internal sealed class OddityCounts
{
    private readonly long[] _counts = new long[16];

    public long Of(Oddities one) => _counts[System.Numerics.BitOperations.TrailingZeroCount((uint)one)];

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Count(Oddities oddities)
    {
        for (uint bits = (uint)oddities; bits != 0; bits &= bits - 1) _counts[System.Numerics.BitOperations.TrailingZeroCount(bits)]++;
    }

    public IReadOnlyList<KeyValuePair<string, long>> ToList() =>
        [.. OddityNames.All.Select(n => new KeyValuePair<string, long>(n.Value, Of(n.Key))).Where(c => c.Value > 0)];
}
