using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Writing;

/// <summary>What an interface block says. Times of its packets are written in nanoseconds (if_tsresol 9).</summary>
/// <param name="Name">As the system, or the capture it comes from, names it; null for none.</param>
/// <param name="Description">A sentence; null for none.</param>
/// <param name="SnapLength">Bytes kept of each frame; 0 when unlimited or unknown.</param>
public sealed record PcapngInterfaceText(LinkType LinkType, string? Name, string? Description, uint SnapLength);

/// <summary>What a statistics block says of an interface; null where nobody knows.</summary>
/// <param name="AtNs">When the counts were read, in nanoseconds since 1970.</param>
/// <param name="Received">Frames that arrived (isb_ifrecv).</param>
/// <param name="InterfaceDrops">Frames dropped by the interface (isb_ifdrop).</param>
/// <param name="SystemDrops">Frames dropped by the system before a program saw them (isb_osdrop).</param>
/// <param name="Delivered">Frames written to this section (isb_usrdeliv).</param>
public sealed record PcapngStatistics(
    long AtNs, long? StartNs = null, long? EndNs = null, long? Received = null, long? InterfaceDrops = null, long? SystemDrops = null, long? Delivered = null);
