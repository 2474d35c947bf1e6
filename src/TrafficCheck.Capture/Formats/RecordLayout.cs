using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>Unit of the fraction field of a classic pcap record, as a type.</summary>
internal interface ITimeScale
{
    static abstract uint NsPerUnit { get; }

    static abstract uint UnitsPerSecond { get; }
}

internal readonly struct Microseconds : ITimeScale
{
    public static uint NsPerUnit => 1000;

    public static uint UnitsPerSecond => 1_000_000;
}

internal readonly struct Nanoseconds : ITimeScale
{
    public static uint NsPerUnit => 1;

    public static uint UnitsPerSecond => 1_000_000_000;
}

/// <summary>Shape of the record header of a classic pcap file: seconds and fraction, then the lengths, then what a variant adds.</summary>
internal unsafe interface IRecordLayout
{
    static abstract int HeaderLength { get; }

    static abstract void Lengths<TOrder>(byte* header, out uint captured, out uint wire)
        where TOrder : struct, IByteOrder;
}

/// <summary>Version 2.4 and everything written today.</summary>
internal readonly unsafe struct StandardLayout : IRecordLayout
{
    public static int HeaderLength => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lengths<TOrder>(byte* header, out uint captured, out uint wire)
        where TOrder : struct, IByteOrder
    {
        // SAFETY: the caller has HeaderLength bytes at header.
        captured = TOrder.U32(header + 8);
        wire = TOrder.U32(header + 12);
    }
}

/// <summary>Alexey Kuznetzov's "modified" files (magic a1b2cd34): interface index, protocol and packet type follow the lengths.</summary>
internal readonly unsafe struct ModifiedLayout : IRecordLayout
{
    public static int HeaderLength => 24;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lengths<TOrder>(byte* header, out uint captured, out uint wire)
        where TOrder : struct, IByteOrder => StandardLayout.Lengths<TOrder>(header, out captured, out wire);
}

/// <summary>Versions before 2.3 and 543.0: the two lengths stand in the other order (libpcap, sf-pcap.c).</summary>
internal readonly unsafe struct SwappedLayout : IRecordLayout
{
    public static int HeaderLength => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lengths<TOrder>(byte* header, out uint captured, out uint wire)
        where TOrder : struct, IByteOrder => StandardLayout.Lengths<TOrder>(header, out wire, out captured);
}

/// <summary>Version 2.3: some writers swapped the lengths; what was captured is never more than what was on the wire.</summary>
internal readonly unsafe struct MaybeSwappedLayout : IRecordLayout
{
    public static int HeaderLength => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lengths<TOrder>(byte* header, out uint captured, out uint wire)
        where TOrder : struct, IByteOrder
    {
        StandardLayout.Lengths<TOrder>(header, out captured, out wire);
        if (captured > wire) (captured, wire) = (wire, captured);
    }
}

/// <summary>Limits that all formats share.</summary>
internal static class FrameLimits
{
    /// <summary>Most bytes of one frame; what libpcap and Wireshark allow for network captures. A larger length is damage.</summary>
    public const int MaxCaptured = 262_144;

    /// <summary>Numbers of the registry; old BSD and OpenBSD files use 12 and 14 for raw IP.</summary>
    public static LinkType Link(int number) => LinkTypeNumbers.FromHeader((uint)number);
}
