using System.Net;
using PacketDotNet;
using TrafficCheck.Capture;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks;

/// <summary>The flow table as one would write it on PacketDotNet: parsed packets, a dictionary of conversations.</summary>
internal sealed class PacketDotNetFlows(bool keepFlows)
{
    private readonly Dictionary<Name, Counters> _flows = [];

    /// <returns>Frames with a TCP or UDP packet.</returns>
    public long TakeAll(CaptureSet set)
    {
        long frames = 0;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count))
            {
                // The library parses arrays; a reader built on it makes one for each frame.
                byte[] bytes = batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray();
                frames += Take(LinkLayers.Ethernet, bytes) ? 1 : 0;
            }
        }

        return Counted(frames);
    }

    public bool Take(LinkLayers link, byte[] frame)
    {
        Packet packet = Packet.ParsePacket(link, frame);
        if (packet.Extract<IPPacket>() is not { } ip || packet.Extract<TransportPacket>() is not { } transport) return false;
        if (!keepFlows) return true;
        var name = new Name(ip.SourceAddress, transport.SourcePort, ip.DestinationAddress, transport.DestinationPort, ip.Protocol);
        if (!_flows.TryGetValue(name, out Counters? counters) && !_flows.TryGetValue(name.Reversed, out counters)) _flows[name] = counters = new Counters();
        counters.Packets++;
        counters.Bytes += ip.TotalLength;
        return true;
    }

    /// <summary>Checks that the flows hold what was taken.</summary>
    public long Counted(long frames)
    {
        long inFlows = _flows.Values.Sum(flow => flow.Packets);
        if (keepFlows && inFlows != frames) throw new InvalidOperationException($"{inFlows} of {frames} packets in flows.");
        return frames;
    }

    private readonly record struct Name(IPAddress Source, ushort SourcePort, IPAddress Destination, ushort DestinationPort, ProtocolType Protocol)
    {
        public Name Reversed => new(Destination, DestinationPort, Source, SourcePort, Protocol);
    }

    private sealed class Counters
    {
        public long Packets { get; set; }

        public long Bytes { get; set; }
    }
}
