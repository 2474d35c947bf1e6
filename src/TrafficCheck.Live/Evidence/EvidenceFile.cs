using System.Buffers;
using System.Buffers.Binary;
using TrafficCheck.Capture.Writing;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Evidence;

/// <summary>
/// The file of one finding as bytes. Further frames make a new whole: the packets there are and the new ones by their time, under a header with the words of
/// the latest report.
/// </summary>
internal sealed class EvidenceFile(CaptureInterfaces interfaces)
{
    private const int PacketBlock = 6, SmallestPacketBlock = 32;

    private readonly List<(ushort Interface, LinkType LinkType)> _interfaces = [];

    public DateTimeOffset WrittenAt { get; set; }

    public long Bytes { get; set; }

    /// <param name="old">The file as this class made it before; empty for none.</param>
    public ReadOnlyMemory<byte> Compose(ReadOnlySpan<byte> old, EvidenceJob job)
    {
        var output = new ArrayBufferWriter<byte>(old.Length + (int)Math.Min(job.Bytes, 1 << 26) + 4096);
        var writer = new PcapngWriter(output);
        writer.BeginSection($"{ReportTool.Name} {ReportTool.Version}", EvidenceText.OfSection(job.Finding));
        foreach (EvidenceFrame frame in job.Frames) NumberOf(frame);
        foreach (var (number, linkType) in _interfaces) writer.AddInterface(EvidenceText.OfInterface(number < interfaces.Count ? interfaces[number] : null, linkType));
        foreach (EvidenceFrame frame in job.Frames)
        {
            CopyPackets(ref old, output, frame.TimestampNs);
            writer.AddFrame(NumberOf(frame), frame.TimestampNs, frame.WireLength, frame.Bytes, frame.Comment);
        }

        CopyPackets(ref old, output, long.MaxValue);
        return output.WrittenMemory;
    }

    /// <summary>Copies packet blocks up to a time, and passes over other blocks. What is not as this class writes it ends the walk.</summary>
    private static void CopyPackets(ref ReadOnlySpan<byte> old, ArrayBufferWriter<byte> output, long untilNs)
    {
        while (old.Length >= 12)
        {
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(old), length = BinaryPrimitives.ReadUInt32LittleEndian(old[4..]);
            if (length < 12 || length > old.Length)
            {
                old = default;
                return;
            }

            if (type == PacketBlock && length >= SmallestPacketBlock)
            {
                ulong time = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(old[12..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(old[16..]);
                if (time > (ulong)Math.Max(0, untilNs)) return;
                output.Write(old[..(int)length]);
            }

            old = old[(int)length..];
        }
    }

    /// <summary>The number of a frame's interface in the file. Interfaces keep their numbers.</summary>
    private int NumberOf(EvidenceFrame frame)
    {
        int at = _interfaces.IndexOf((frame.Interface, frame.LinkType));
        if (at >= 0) return at;
        _interfaces.Add((frame.Interface, frame.LinkType));
        return _interfaces.Count - 1;
    }
}
