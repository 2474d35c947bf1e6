using System.Buffers.Binary;
using System.Numerics;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Reports;

/// <summary>
/// Which hosts a <see cref="HostSet"/> counts, so that the same host in two reports is one host of both: themselves, up to <see cref="MostExact"/>, and beyond
/// that the 1 024 registers of a HyperLogLog. Immutable; no report shows it.
/// </summary>
public sealed class HostSketch
{
    public const int MostExact = 64;

    private const int Bits = 10;

    public const int Registers = 1 << Bits;

    /// <summary>Relative standard error of an estimate, 3.3 %.</summary>
    public const double Error = 1.04 / 32;

    private readonly UInt128[]? _hosts;
    private readonly byte[]? _ranks;

    private HostSketch(UInt128[]? hosts, byte[]? ranks, long least, long most) => (_hosts, _ranks, Least, Most) = (hosts, ranks, least, most);

    /// <summary>There are no fewer hosts, and no more, than this: what is known besides the estimate.</summary>
    public long Least { get; }

    public long Most { get; }

    public bool IsExact => _hosts is not null;

    public long Count => _hosts?.Length ?? Math.Clamp(Estimate(_ranks!), Least, Math.Max(Least, Most));

    /// <summary>Memory that it takes, about.</summary>
    public int Bytes => 64 + (_hosts is null ? Registers : _hosts.Length * 16);

    /// <param name="hosts">Each once.</param>
    internal static HostSketch Of(IReadOnlyCollection<UInt128> hosts)
    {
        if (hosts.Count <= MostExact) return new([.. hosts.Order()], null, hosts.Count, hosts.Count);
        var ranks = new byte[Registers];
        foreach (UInt128 host in hosts) Add(ranks, host);
        return new(null, ranks, hosts.Count, hosts.Count);
    }

    /// <summary>Of an estimate with more registers, each of which holds a fourth of what one here holds.</summary>
    internal static HostSketch OfEstimate(ReadOnlySpan<byte> finer)
    {
        var ranks = new byte[Registers];
        for (int i = 0; i < finer.Length; i++)
        {
            if (finer[i] == 0) continue;

            // The two bits of the place that are lost here come first in what is ranked.
            byte rank = (i & 3) switch { 0 => (byte)(finer[i] + 2), 1 => 2, _ => 1 };
            ref byte at = ref ranks[i >> 2];
            at = Math.Max(at, rank);
        }

        return new(null, ranks, 0, long.MaxValue);
    }

    public static HostSketch Union(HostSketch one, HostSketch other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one._hosts is { } hosts && other._hosts is { } more)
        {
            UInt128[] all = [.. hosts.Union(more).Order()];
            return Of(all);
        }

        byte[] ranks = one.RanksOf();
        byte[] others = other.RanksOf();
        for (int i = 0; i < Registers; i++) ranks[i] = Math.Max(ranks[i], others[i]);
        long most = one.Most > long.MaxValue - other.Most ? long.MaxValue : one.Most + other.Most;
        return new(null, ranks, Math.Max(one.Least, other.Least), most);
    }

    /// <summary>For a file: 16 bytes for each host, most significant first, or the registers.</summary>
    public byte[] ToBytes()
    {
        if (_hosts is null) return (byte[])_ranks!.Clone();
        var bytes = new byte[_hosts.Length * 16];
        for (int i = 0; i < _hosts.Length; i++) BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(i * 16), _hosts[i]);
        return bytes;
    }

    /// <summary>As <see cref="ToBytes"/> gave it; null for bytes that cannot be from there.</summary>
    public static HostSketch? FromBytes(ReadOnlySpan<byte> bytes, bool isExact, long least, long most)
    {
        if (least < 0 || most < least) return null;
        if (!isExact)
        {
            if (bytes.Length != Registers || bytes.ContainsAnyExceptInRange((byte)0, (byte)64)) return null;
            return new(null, bytes.ToArray(), least, most);
        }

        if (bytes.Length % 16 != 0 || bytes.Length / 16 > MostExact) return null;
        var hosts = new UInt128[bytes.Length / 16];
        for (int i = 0; i < hosts.Length; i++)
        {
            hosts[i] = BinaryPrimitives.ReadUInt128BigEndian(bytes[(i * 16)..]);
            if (i > 0 && hosts[i] <= hosts[i - 1]) return null;
        }

        return least == hosts.Length && most == hosts.Length ? new(hosts, null, least, most) : null;
    }

    private byte[] RanksOf()
    {
        if (_ranks is not null) return (byte[])_ranks.Clone();
        var ranks = new byte[Registers];
        foreach (UInt128 host in _hosts!) Add(ranks, host);
        return ranks;
    }

    private static void Add(byte[] ranks, UInt128 host)
    {
        ulong hash = FixedHash.Of(host);
        ref byte rank = ref ranks[hash >> (64 - Bits)];
        rank = Math.Max(rank, (byte)(BitOperations.LeadingZeroCount((hash << Bits) | (1UL << (Bits - 1))) + 1));
    }

    private static long Estimate(byte[] ranks)
    {
        double sum = 0;
        int empty = 0;
        foreach (byte rank in ranks)
        {
            sum += Math.ScaleB(1, -rank);
            if (rank == 0) empty++;
        }

        double estimate = 0.7213 / (1 + (1.079 / Registers)) * Registers * Registers / sum;
        if (estimate <= 2.5 * Registers && empty > 0) estimate = Registers * Math.Log((double)Registers / empty);
        return estimate >= long.MaxValue ? long.MaxValue : (long)Math.Round(estimate);
    }
}

/// <summary>Distinct hosts with a sample.</summary>
/// <param name="Count">Exact number of distinct hosts, a lower bound where <paramref name="AtLeast"/>, or an estimate where there is an <see cref="Error"/>.</param>
/// <param name="Sample">Canonical addresses of those seen first, at most five.</param>
public sealed record HostSet(long Count, bool AtLeast, IReadOnlyList<string> Sample)
{
    public const int MostSampled = HostCounter.SampleSize;

    /// <summary>Relative standard error of an estimated count, such as 0.016; null for others.</summary>
    public double? Error { get; init; }

    /// <summary>Which hosts they are, for a merge; null where that is not kept. No part of the value.</summary>
    public HostSketch? Sketch { get; init; }

    public static HostSet None { get; } = new(0, false, []) { Sketch = HostSketch.Of([]) };

    /// <summary>The hosts of both. The sample is that of the earlier one first.</summary>
    public static HostSet Union(HostSet earlier, HostSet later)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(later);
        if (later.Count == 0 && !later.AtLeast) return earlier;
        if (earlier.Count == 0 && !earlier.AtLeast) return later;
        IReadOnlyList<string> sample = [.. earlier.Sample.Concat(later.Sample).Distinct(StringComparer.Ordinal).Take(MostSampled)];
        if (earlier.KnownHosts() is not { } one || later.KnownHosts() is not { } other)
        {
            // The greater one is a lower bound of both together; so is an estimate less three times its error.
            return new HostSet(Math.Max(Math.Max(earlier.Floor(), later.Floor()), sample.Count), true, sample);
        }

        HostSketch both = HostSketch.Union(one, other);
        bool atLeast = earlier.AtLeast || later.AtLeast;
        long count = atLeast ? Math.Max(both.Count, Math.Max(earlier.Count, later.Count)) : both.Count;
        return new HostSet(count, atLeast, sample) { Error = both.IsExact || atLeast ? null : both.Least == both.Most ? null : HostSketch.Error, Sketch = both };
    }

    public bool Equals(HostSet? other) =>
        other is not null && (Count, AtLeast, Error) == (other.Count, other.AtLeast, other.Error) && Sample.SequenceEqual(other.Sample, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Count, AtLeast, Sample.Count);

    private HostSketch? KnownHosts()
    {
        if (Sketch is not null) return Sketch;
        if (AtLeast || Error is not null || Count != Sample.Count) return null;
        var hosts = new HashSet<UInt128>();
        foreach (string text in Sample)
        {
            if (!System.Net.IPAddress.TryParse(text, out System.Net.IPAddress? address) || !hosts.Add(IpAddress.From(address).Value)) return null;
        }

        return HostSketch.Of(hosts);
    }

    private long Floor() => Error is { } error ? (long)(Count * Math.Max(0, 1 - (3 * error))) : Count;
}
