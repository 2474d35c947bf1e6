using System.Buffers.Binary;

namespace TrafficCheck.Benchmarks.Traces;

/// <summary>Traces as classic pcap files: little-endian, microseconds, Ethernet.</summary>
internal static class TraceFile
{
    public const int FileHeaderLength = 24, RecordHeaderLength = 16;

    /// <returns>Bytes of the file.</returns>
    public static long Write(TraceSpec spec, string path)
    {
        using var file = new Writer(path, spec.SnapLength);
        var trace = new TraceGenerator(spec);
        while (trace.MoveNext()) file.Add(trace.Microseconds, trace.Captured, trace.WireLength);
        return file.Length;
    }

    /// <returns>Bytes that the file of the trace would have.</returns>
    public static long Size(TraceSpec spec)
    {
        var trace = new TraceGenerator(spec);
        long size = FileHeaderLength;
        while (trace.MoveNext()) size += RecordHeaderLength + trace.Captured.Length;
        return size;
    }

    internal sealed class Writer : IDisposable
    {
        private readonly FileStream _file;

        public Writer(string path, int snapLength)
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
            Span<byte> header = stackalloc byte[FileHeaderLength];
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
            BinaryPrimitives.WriteInt32LittleEndian(header[16..], snapLength);
            BinaryPrimitives.WriteInt32LittleEndian(header[20..], 1);
            _file.Write(header);
        }

        public long Length => _file.Position;

        public void Add(long microseconds, ReadOnlySpan<byte> captured, int wireLength)
        {
            Span<byte> record = stackalloc byte[RecordHeaderLength];
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(microseconds / 1_000_000));
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(microseconds % 1_000_000));
            BinaryPrimitives.WriteInt32LittleEndian(record[8..], captured.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record[12..], wireLength);
            _file.Write(record);
            _file.Write(captured);
        }

        public void Dispose() => _file.Dispose();
    }
}
