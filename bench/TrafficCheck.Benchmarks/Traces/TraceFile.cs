using System.Buffers.Binary;

namespace TrafficCheck.Benchmarks.Traces;

/// <summary>Traces as classic pcap files: little-endian, microseconds, Ethernet.</summary>
internal static class TraceFile
{
    public const int FileHeaderLength = 24, RecordHeaderLength = 16;

    /// <returns>Bytes of the file.</returns>
    public static long Write(TraceSpec spec, string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        Span<byte> header = stackalloc byte[FileHeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], spec.SnapLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], 1);
        file.Write(header);

        var trace = new TraceGenerator(spec);
        Span<byte> record = stackalloc byte[RecordHeaderLength];
        while (trace.MoveNext())
        {
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(trace.Microseconds / 1_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(trace.Microseconds % 1_000_000));
            BinaryPrimitives.WriteInt32LittleEndian(record[8..], trace.Captured.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record[12..], trace.WireLength);
            file.Write(record);
            file.Write(trace.Captured);
        }

        return file.Position;
    }

    /// <returns>Bytes that the file of the trace would have.</returns>
    public static long Size(TraceSpec spec)
    {
        var trace = new TraceGenerator(spec);
        long size = FileHeaderLength;
        while (trace.MoveNext()) size += RecordHeaderLength + trace.Captured.Length;
        return size;
    }
}
