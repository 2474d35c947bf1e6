using System.Buffers.Binary;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator;

/// <summary>Classic pcap in little-endian order with microseconds, the form that every tool reads.</summary>
internal static class PcapFile
{
    /// <exception cref="InvalidOperationException">A frame has another link type than the first, which the format cannot say.</exception>
    public static void Write(string path, IReadOnlyList<TimedFrame> frames)
    {
        using FileStream file = File.Create(path);
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        header[8..16].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 262_144);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)frames[0].LinkType);
        file.Write(header);
        foreach (TimedFrame frame in frames)
        {
            if (frame.LinkType != frames[0].LinkType) throw new InvalidOperationException($"{path} would mix link types.");
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(frame.TimestampNs / 1_000_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(frame.TimestampNs % 1_000_000_000 / 1000));
            BinaryPrimitives.WriteInt32LittleEndian(header[8..], frame.Bytes.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header[12..], frame.WireLength);
            file.Write(header[..16]);
            file.Write(frame.Bytes);
        }
    }
}
