using TrafficCheck.Core.Wire;

namespace TrafficCheck.TestSupport.CaptureFiles;

/// <summary>Writes classic pcap files, sound ones and, field by field, broken ones.</summary>
public sealed class PcapFileBuilder
{
    private readonly FileBytes _bytes;
    private readonly bool _nanoseconds;
    private readonly bool _modified;

    /// <param name="bigEndian">Byte order of all fields.</param>
    /// <param name="nanoseconds">Unit of the fraction of a second.</param>
    /// <param name="modified">Kuznetzov's variant with its longer record header (microseconds).</param>
    /// <param name="linkType">What frames begin with.</param>
    /// <param name="snapLength">Snap length of the header.</param>
    /// <param name="minor">Minor version; below 3 the record lengths are written in the old order.</param>
    /// <param name="major">Major version.</param>
    /// <param name="linkField">The whole link type field, where it is to hold more than <paramref name="linkType"/>.</param>
    public PcapFileBuilder(
        bool bigEndian = false,
        bool nanoseconds = false,
        bool modified = false,
        LinkType linkType = LinkType.Ethernet,
        uint snapLength = 262_144,
        int minor = 4,
        int major = 2,
        uint? linkField = null)
    {
        _bytes = new FileBytes { BigEndian = bigEndian };
        _nanoseconds = nanoseconds;
        _modified = modified;
        SwapLengths = major != 2 || minor < 3;
        _bytes.U32(modified ? 0xa1b2cd34 : nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4)
            .U16(major).U16(minor).U32(0).U32(0).U32(snapLength).U32(linkField ?? (uint)linkType);
    }

    /// <summary>Writes the length on the wire before the captured length, as old versions did.</summary>
    public bool SwapLengths { get; set; }

    /// <summary>Bytes so far: the offset of the next record.</summary>
    public int Length => _bytes.Length;

    /// <summary>Adds a sound record. The time is cut to microseconds where the file has these.</summary>
    public PcapFileBuilder Add(long timestampNs, ReadOnlySpan<byte> data, uint? wireLength = null)
    {
        uint fraction = (uint)(timestampNs % 1_000_000_000) / (_nanoseconds ? 1u : 1000u);
        return AddRecord((uint)(timestampNs / 1_000_000_000), fraction, (uint)data.Length, wireLength ?? (uint)data.Length, data);
    }

    /// <summary>Adds a record whose fields need not fit each other.</summary>
    public PcapFileBuilder AddRecord(uint seconds, uint fraction, uint captured, uint wire, ReadOnlySpan<byte> data)
    {
        _bytes.U32(seconds).U32(fraction).U32(SwapLengths ? wire : captured).U32(SwapLengths ? captured : wire);
        if (_modified) _bytes.U32(3).U16(0x0800).Raw([4, 0]);
        _bytes.Raw(data);
        return this;
    }

    public PcapFileBuilder AddBytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.Raw(bytes);
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();
}
