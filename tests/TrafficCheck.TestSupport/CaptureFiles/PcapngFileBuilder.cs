using System.Text;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.TestSupport.CaptureFiles;

/// <summary>Writes pcapng files block by block, sound ones and broken ones. Times are raw units of the interface.</summary>
public sealed class PcapngFileBuilder
{
    private readonly FileBytes _bytes = new();

    /// <summary>Begins with a section of the given byte order; <see cref="Section"/> adds further ones.</summary>
    public PcapngFileBuilder(bool bigEndian = false) => Section(bigEndian);

    /// <summary>Bytes so far: the offset of the next block.</summary>
    public int Length => _bytes.Length;

    public PcapngFileBuilder Section(bool bigEndian, int major = 1, int minor = 0, byte[]? options = null)
    {
        _bytes.BigEndian = bigEndian;
        return Block(0x0A0D0D0A, body => body.U32(0x1A2B3C4D).U16(major).U16(minor).U64(ulong.MaxValue).Raw(options ?? []));
    }

    /// <param name="linkType">What frames begin with.</param>
    /// <param name="snapLength">0 for none.</param>
    /// <param name="resolution">The if_tsresol octet, or null to leave the option out (microseconds).</param>
    /// <param name="offsetSeconds">if_tsoffset, or null to leave it out.</param>
    /// <param name="name">if_name, or null to leave it out.</param>
    public PcapngFileBuilder Interface(
        LinkType linkType = LinkType.Ethernet, uint snapLength = 0, byte? resolution = null, long? offsetSeconds = null, string? name = null) =>
        Block(1, body =>
        {
            body.U16((int)linkType).U16(0).U32(snapLength);
            if (name is not null) Option(body, 2, Encoding.UTF8.GetBytes(name));
            if (resolution is { } octet) Option(body, 9, [octet]);
            if (offsetSeconds is { } offset) body.U16(14).U16(8).U64(unchecked((ulong)offset));
            if (name is not null || resolution is not null || offsetSeconds is not null) body.U32(0);
        });

    public PcapngFileBuilder EnhancedPacket(
        uint interfaceId, ulong units, ReadOnlySpan<byte> data, uint? wireLength = null, uint? captured = null, string? comment = null)
    {
        byte[] copy = data.ToArray();
        return Block(6, body =>
        {
            body.U32(interfaceId).U32((uint)(units >> 32)).U32((uint)units).U32(captured ?? (uint)copy.Length).U32(wireLength ?? (uint)copy.Length)
                .Raw(copy).Pad(4);
            if (comment is null) return;
            Option(body, 1, Encoding.UTF8.GetBytes(comment));
            body.U32(0);
        });
    }

    public PcapngFileBuilder ObsoletePacket(int interfaceId, int drops, ulong units, ReadOnlySpan<byte> data, uint? wireLength = null)
    {
        byte[] copy = data.ToArray();
        return Block(2, body => body.U16(interfaceId).U16(drops).U32((uint)(units >> 32)).U32((uint)units)
            .U32((uint)copy.Length).U32(wireLength ?? (uint)copy.Length).Raw(copy).Pad(4));
    }

    public PcapngFileBuilder SimplePacket(ReadOnlySpan<byte> data, uint? wireLength = null)
    {
        byte[] copy = data.ToArray();
        return Block(3, body => body.U32(wireLength ?? (uint)copy.Length).Raw(copy).Pad(4));
    }

    public PcapngFileBuilder Statistics(uint interfaceId, ulong? interfaceDrops = null, ulong? systemDrops = null) => Block(5, body =>
    {
        body.U32(interfaceId).U64(0);
        if (interfaceDrops is { } first) body.U16(5).U16(8).U64(first);
        if (systemDrops is { } second) body.U16(7).U16(8).U64(second);
        if (interfaceDrops is not null || systemDrops is not null) body.U32(0);
    });

    /// <summary>Any block; the body is padded to a multiple of four and framed by its length.</summary>
    public PcapngFileBuilder Block(uint type, ReadOnlySpan<byte> body)
    {
        byte[] copy = body.ToArray();
        return Block(type, bytes => bytes.Raw(copy));
    }

    /// <summary>A block whose two lengths say what they are told to; nothing is padded.</summary>
    public PcapngFileBuilder BrokenBlock(uint type, uint length, ReadOnlySpan<byte> body, uint? trailing = null)
    {
        _bytes.U32(type).U32(length).Raw(body);
        if (trailing is { } value) _bytes.U32(value);
        return this;
    }

    public PcapngFileBuilder AddBytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.Raw(bytes);
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>One option as it stands in a block: code, length, value, padding.</summary>
    public byte[] Option(int code, ReadOnlySpan<byte> value)
    {
        var bytes = new FileBytes { BigEndian = _bytes.BigEndian };
        Option(bytes, code, value);
        return bytes.ToArray();
    }

    private static void Option(FileBytes body, int code, ReadOnlySpan<byte> value) => body.U16(code).U16(value.Length).Raw(value).Pad(4);

    private PcapngFileBuilder Block(uint type, Action<FileBytes> write)
    {
        var body = new FileBytes { BigEndian = _bytes.BigEndian };
        write(body);
        body.Pad(4);
        uint length = (uint)body.Length + 12;
        _bytes.U32(type).U32(length).Raw(body.ToArray()).U32(length);
        return this;
    }
}
