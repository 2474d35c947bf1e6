using System.Numerics;
using TrafficCheck.Core.Engine.Scans;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Estimates how many distinct hosts there were: HyperLogLog (Flajolet and others, 2007) with 4096 registers of one byte. Depends on the set of
/// hosts only.
/// </summary>
internal sealed class HostEstimate
{
    private const int Bits = 12, Registers = 1 << Bits;

    /// <summary>Relative standard error, 1.6 %: 1.04 by the root of the number of registers.</summary>
    public const double Error = 1.04 / 64;

    private byte[] _ranks = new byte[Registers];

    /// <summary>Of the registers as they were; a host that raises none changes nothing, and nearly all are such.</summary>
    private long _count;
    private bool _changed;

    public ReadOnlySpan<byte> Ranks => _ranks;

    /// <summary>Asked for with each host of a flood.</summary>
    public long Count
    {
        get
        {
            if (!_changed) return _count;
            double sum = 0;
            int empty = 0;
            foreach (byte rank in _ranks)
            {
                sum += Math.ScaleB(1, -rank);
                if (rank == 0) empty++;
            }

            double estimate = 0.7213 / (1 + (1.079 / Registers)) * Registers * Registers / sum;
            if (estimate <= 2.5 * Registers && empty > 0) estimate = Registers * Math.Log((double)Registers / empty);
            _changed = false;
            return _count = (long)Math.Round(estimate);
        }
    }

    public void Add(UInt128 host)
    {
        ulong hash = FixedHash.Of(host);
        ref byte rank = ref _ranks[hash >> (64 - Bits)];
        var seen = (byte)(BitOperations.LeadingZeroCount((hash << Bits) | (1UL << (Bits - 1))) + 1);
        if (seen <= rank) return;
        rank = seen;
        _changed = true;
    }

    public HostEstimate Fork()
    {
        var fork = (HostEstimate)MemberwiseClone();
        fork._ranks = (byte[])_ranks.Clone();
        return fork;
    }

    public void Add(HostEstimate other)
    {
        for (int i = 0; i < Registers; i++) _ranks[i] = Math.Max(_ranks[i], other._ranks[i]);
        _changed = true;
    }
}
