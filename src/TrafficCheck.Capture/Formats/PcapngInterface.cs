using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>One interface of a pcapng section, as the walk over packet blocks needs it.</summary>
internal struct PcapngInterface
{
    /// <summary>Nanoseconds per unit of the timestamps, or 0 when <see cref="ToNs"/> has to work it out.</summary>
    public ulong NsPerUnit;

    /// <summary>Index in the run's interfaces.</summary>
    public ushort Global;

    public LinkType LinkType;

    public uint SnapLength;

    /// <summary>The if_tsresol octet: a power of ten, or with the top bit a power of two, of units in a second.</summary>
    public byte Resolution;

    /// <summary>Added to all times, in seconds.</summary>
    public long OffsetSeconds;

    /// <summary>Drops by the last statistics block, and by the counts in obsolete packet blocks; null where nothing says.</summary>
    public long? StatisticsDrops;

    public long? PacketDrops;

    public void SetResolution(byte resolution, long offsetSeconds)
    {
        Resolution = resolution;
        OffsetSeconds = offsetSeconds;
        NsPerUnit = offsetSeconds == 0 && resolution <= 9 ? PowerOfTen(9 - resolution) : 0;
    }

    /// <summary>Time in nanoseconds since 1970 of a count of units; <paramref name="clamped"/> when that is outside 64 bits.</summary>
    public readonly long ToNs(ulong units, out bool clamped)
    {
        Int128 ns;
        if ((Resolution & 0x80) != 0)
        {
            // Units are below 2^64 and 10^9 is below 2^30: the product fits 94 bits.
            ns = (Int128)(((UInt128)units * 1_000_000_000u) >> (Resolution & 0x7f));
        }
        else if (Resolution <= 9)
        {
            ns = (Int128)units * PowerOfTen(9 - Resolution);
        }
        else
        {
            // A unit of 10^-29 s and below leaves nothing of 64 bits.
            int tens = Resolution - 9;
            ns = tens >= 20 ? 0 : (Int128)units / PowerOfTen(tens);
        }

        ns += (Int128)OffsetSeconds * 1_000_000_000;
        clamped = ns > long.MaxValue || ns < long.MinValue;
        return ns > long.MaxValue ? long.MaxValue : ns < long.MinValue ? long.MinValue : (long)ns;
    }

    private static ulong PowerOfTen(int exponent)
    {
        ulong value = 1;
        for (; exponent > 0; exponent--) value *= 10;
        return value;
    }
}
