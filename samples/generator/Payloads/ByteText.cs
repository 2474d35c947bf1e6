using System.Buffers.Binary;
using System.Text;

namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>Appends fields of binary protocols to a list of bytes.</summary>
internal sealed class ByteText
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public byte[] ToArray() => [.. _bytes];

    public ByteText U8(params ReadOnlySpan<byte> values)
    {
        _bytes.AddRange(values);
        return this;
    }

    public ByteText U16(params ReadOnlySpan<ushort> values)
    {
        Span<byte> two = stackalloc byte[2];
        foreach (ushort value in values)
        {
            BinaryPrimitives.WriteUInt16BigEndian(two, value);
            _bytes.AddRange(two);
        }
        return this;
    }

    public ByteText U32(uint value) => U16((ushort)(value >> 16), (ushort)value);

    public ByteText Le16(params ReadOnlySpan<ushort> values)
    {
        foreach (ushort value in values) U8((byte)value, (byte)(value >> 8));
        return this;
    }

    public ByteText Le32(params ReadOnlySpan<uint> values)
    {
        foreach (uint value in values) Le16((ushort)value, (ushort)(value >> 16));
        return this;
    }

    public ByteText Ascii(string text)
    {
        _bytes.AddRange(Encoding.ASCII.GetBytes(text));
        return this;
    }

    public ByteText Zeros(int count) => U8(new byte[count]);

    /// <summary>Bytes behind their own 16-bit length.</summary>
    public ByteText Sized16(ReadOnlySpan<byte> content) => U16((ushort)content.Length).U8(content);
}
