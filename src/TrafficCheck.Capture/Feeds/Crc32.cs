using System.Buffers.Binary;

namespace TrafficCheck.Capture.Feeds;

/// <summary>The checksum of gzip (RFC 1952, section 8), eight bytes a step. The framework offers only the Castagnoli polynomial.</summary>
internal static class Crc32
{
    private static readonly uint[] _tables = BuildTables();

    /// <summary>The checksum of what gave <paramref name="crc"/> followed by <paramref name="data"/>; start with 0.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> t = _tables;
        crc = ~crc;
        while (data.Length >= 8)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t[0x700 + (int)(low & 0xff)] ^ t[0x600 + (int)((low >> 8) & 0xff)] ^ t[0x500 + (int)((low >> 16) & 0xff)] ^ t[0x400 + (int)(low >> 24)]
                ^ t[0x300 + (int)(high & 0xff)] ^ t[0x200 + (int)((high >> 8) & 0xff)] ^ t[0x100 + (int)((high >> 16) & 0xff)] ^ t[(int)(high >> 24)];
            data = data[8..];
        }

        foreach (byte b in data) crc = t[(int)((crc ^ b) & 0xff)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] BuildTables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0xEDB88320u & (0u - (value & 1)));
            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++) tables[i] = tables[tables[i - 256] & 0xff] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
