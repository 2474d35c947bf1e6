using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Wire;

/// <summary>Where one frame lies in the buffer of its <see cref="FrameBatch"/>, and what the source said of it. 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FrameDescriptor
{
    /// <summary>Nanoseconds since 1970-01-01 UTC. Times outside the range of a signed 64-bit count are clamped by the source and counted.</summary>
    public long TimestampNs;

    /// <summary>Byte offset of the frame's first byte in <see cref="FrameBatch.Buffer"/>.</summary>
    public int Offset;

    /// <summary>Bytes present in the buffer.</summary>
    public int CapturedLength;

    /// <summary>Bytes the frame had on the link; at least <see cref="CapturedLength"/> in sound captures, never trusted to be.</summary>
    public uint WireLength;

    /// <summary>Index into the run's <see cref="CaptureInterfaces"/>.</summary>
    public ushort Interface;

    public LinkType LinkType;
}
