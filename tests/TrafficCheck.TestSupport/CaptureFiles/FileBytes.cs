using System.Buffers.Binary;

namespace TrafficCheck.TestSupport.CaptureFiles;

/// <summary>A growing byte string that writes numbers in a chosen byte order.</summary>
public sealed class FileBytes
{
    private readonly List<byte> _bytes = [];

    public bool BigEndian { get; set; }

    public int Length => _bytes.Count;

    public FileBytes U16(int value)
    {
        Span<byte> field = stackalloc byte[2];
        if (BigEndian) BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)value);
        else BinaryPrimitives.WriteUInt16LittleEndian(field, (ushort)value);
        _bytes.AddRange(field);
        return this;
    }

    public FileBytes U32(uint value)
    {
        Span<byte> field = stackalloc byte[4];
        if (BigEndian) BinaryPrimitives.WriteUInt32BigEndian(field, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(field, value);
        _bytes.AddRange(field);
        return this;
    }

    public FileBytes U64(ulong value)
    {
        Span<byte> field = stackalloc byte[8];
        if (BigEndian) BinaryPrimitives.WriteUInt64BigEndian(field, value);
        else BinaryPrimitives.WriteUInt64LittleEndian(field, value);
        _bytes.AddRange(field);
        return this;
    }

    public FileBytes Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Zeros up to the next multiple of <paramref name="alignment"/>.</summary>
    public FileBytes Pad(int alignment)
    {
        while (_bytes.Count % alignment != 0) _bytes.Add(0);
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();
}
