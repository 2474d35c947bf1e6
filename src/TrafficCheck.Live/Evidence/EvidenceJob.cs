using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>A frame on its way to a file.</summary>
internal sealed record EvidenceFrame(long Number, long TimestampNs, uint WireLength, ushort Interface, LinkType LinkType, byte[] Bytes, string Comment);

/// <summary>Frames of one finding that its file does not have yet, by time.</summary>
internal sealed record EvidenceJob(string FileName, Finding Finding, IReadOnlyList<EvidenceFrame> Frames)
{
    public long Bytes { get; } = Frames.Sum(f => (long)f.Bytes.Length + 256);
}
