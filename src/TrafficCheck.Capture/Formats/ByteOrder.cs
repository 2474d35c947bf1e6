using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace TrafficCheck.Capture.Formats;

/// <summary>Byte order of a capture file, as a type: the loops over records are compiled once for each.</summary>
internal unsafe interface IByteOrder
{
    static abstract ushort U16(byte* at);

    static abstract uint U32(byte* at);
}

internal readonly unsafe struct LittleEndian : IByteOrder
{
    // SAFETY: the caller has checked that the bytes lie inside its buffer; unaligned loads are allowed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort U16(byte* at)
    {
        ushort value = Unsafe.ReadUnaligned<ushort>(at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint U32(byte* at)
    {
        uint value = Unsafe.ReadUnaligned<uint>(at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}

internal readonly unsafe struct BigEndian : IByteOrder
{
    // SAFETY: the caller has checked that the bytes lie inside its buffer; unaligned loads are allowed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort U16(byte* at)
    {
        ushort value = Unsafe.ReadUnaligned<ushort>(at);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint U32(byte* at)
    {
        uint value = Unsafe.ReadUnaligned<uint>(at);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}
