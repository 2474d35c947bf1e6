using System.Net;

namespace TrafficCheck.TestSupport.Frames.Layers;

/// <summary>An IP header: what transport checksums need of it.</summary>
internal abstract record NetworkLayer(IPAddress Source, IPAddress Destination) : FrameLayer;
