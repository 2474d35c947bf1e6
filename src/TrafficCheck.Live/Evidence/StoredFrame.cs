using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>A frame in the store. 56 bytes.</summary>
internal struct StoredFrame
{
    /// <summary>Number of the frame in the run.</summary>
    public long Number;

    public long TimestampNs;

    public ulong Flow;

    /// <summary>Place of its bytes, counted from the first that were ever stored.</summary>
    public long Position;

    /// <summary>Place of the frame of the same flow that was stored before it, or -1.</summary>
    public long Previous;

    public uint WireLength;

    public int CapturedLength;

    public ushort Interface;

    public LinkType LinkType;
}
