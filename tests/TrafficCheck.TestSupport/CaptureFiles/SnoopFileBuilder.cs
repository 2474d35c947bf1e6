namespace TrafficCheck.TestSupport.CaptureFiles;

/// <summary>Writes snoop files (RFC 1761).</summary>
public sealed class SnoopFileBuilder
{
    private readonly FileBytes _bytes = new() { BigEndian = true };

    /// <param name="dataLink">4 is Ethernet.</param>
    /// <param name="version">2 is the only one in use.</param>
    public SnoopFileBuilder(uint dataLink = 4, uint version = 2) => _bytes.Raw("snoop\0\0\0"u8).U32(version).U32(dataLink);

    /// <summary>Bytes so far: the offset of the next record.</summary>
    public int Length => _bytes.Length;

    public SnoopFileBuilder Add(long timestampNs, ReadOnlySpan<byte> data, uint? wireLength = null, uint drops = 0, uint? recordLength = null, uint? captured = null)
    {
        uint padded = (uint)((data.Length + 3) & ~3);
        _bytes.U32(wireLength ?? (uint)data.Length).U32(captured ?? (uint)data.Length).U32(recordLength ?? (24 + padded)).U32(drops)
            .U32((uint)(timestampNs / 1_000_000_000)).U32((uint)(timestampNs % 1_000_000_000 / 1000)).Raw(data).Pad(4);
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();
}
