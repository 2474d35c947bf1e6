using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Filters;

/// <summary>A frame as a filter sees it: its bytes, without the VLAN tags where these are hidden. Nothing is copied.</summary>
internal readonly ref struct FrameView
{
    /// <summary>Where the type field lies that a tag stands before.</summary>
    private const int EthernetType = 12, CookedType = 14, TagLength = 4;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _gapAt, _gap;

    private FrameView(ReadOnlySpan<byte> bytes, uint wireLength, int gapAt, int gap)
    {
        _bytes = bytes;
        _gapAt = gapAt;
        _gap = gap;
        WireLength = wireLength - (uint)gap;
    }

    /// <summary>Captured bytes.</summary>
    public int Length => _bytes.Length - _gap;

    /// <summary>Bytes on the link; tags that are hidden do not count.</summary>
    public uint WireLength { get; }

    public static FrameView Whole(ReadOnlySpan<byte> bytes, uint wireLength) => new(bytes, wireLength, 0, 0);

    /// <summary>Hides the tags between the addresses and the type; other link types than Ethernet and Linux cooked have none.</summary>
    public static FrameView WithoutTags(ReadOnlySpan<byte> bytes, uint wireLength, LinkType linkType)
    {
        int at = linkType switch
        {
            LinkType.Ethernet => EthernetType,
            LinkType.LinuxSll => CookedType,
            _ => int.MaxValue,
        };
        int gap = 0;
        while (bytes.Length - gap - TagLength >= at + 2 && IsTag(BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + gap)..]))) gap += TagLength;
        return new FrameView(bytes, wireLength, at, gap);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLoad32(uint at, out uint value)
    {
        value = 0;
        if (at > (uint)Length || Length - (int)at < 4) return false;
        if (Lies((int)at, 4, out int offset)) value = BinaryPrimitives.ReadUInt32BigEndian(_bytes[offset..]);
        else value = ((uint)Byte((int)at) << 24) | ((uint)Byte((int)at + 1) << 16) | ((uint)Byte((int)at + 2) << 8) | Byte((int)at + 3);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLoad16(uint at, out uint value)
    {
        value = 0;
        if (at > (uint)Length || Length - (int)at < 2) return false;
        if (Lies((int)at, 2, out int offset)) value = BinaryPrimitives.ReadUInt16BigEndian(_bytes[offset..]);
        else value = ((uint)Byte((int)at) << 8) | Byte((int)at + 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLoad8(uint at, out uint value)
    {
        value = 0;
        if (at >= (uint)Length) return false;
        value = Byte((int)at);
        return true;
    }

    /// <summary>802.1Q, 802.1ad, and the two numbers that stacked tags had before it.</summary>
    private static bool IsTag(ushort type) => type is 0x8100 or 0x88a8 or 0x9100 or 0x9200;

    private byte Byte(int at) => _bytes[at < _gapAt ? at : at + _gap];

    /// <summary>Whether the bytes lie together, and where.</summary>
    private bool Lies(int at, int length, out int offset)
    {
        offset = at < _gapAt ? at : at + _gap;
        return _gap == 0 || at >= _gapAt || at + length <= _gapAt;
    }
}
