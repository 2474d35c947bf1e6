using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Follows one part of the explained frame through the run: its datagram and its flow.</summary>
internal sealed class PartTrace : IJudgedFlowSink
{
    private readonly ExplainedFrame _frame;
    private readonly EngineOptions _options;
    private readonly FlowWatch _watch;
    private readonly DatagramWatch? _datagram;
    private readonly FlowIdentity? _quoted;
    private PartFate _fate;

    public PartTrace(ExplainedFrame frame, FrameWalk walk, EngineOptions options, TunnelPorts ports)
    {
        _frame = frame;
        _options = options;
        Walk = walk;
        _watch = new FlowWatch(frame);
        if (!DecodeStatusNames.IsDecoded(walk.Status)) return;
        PacketSummary packet = walk.Packet;
        if (packet.IsFragment) _datagram = new DatagramWatch(frame, walk, options, ports);
        bool namesItsFlow = walk.Status == DecodeStatus.Decoded || (_datagram is not null && !_datagram.NeedsFirst);
        if (namesItsFlow) _watch.Wanted = FlowIdentity.Of(in packet, frame.Bytes.AsSpan(walk.AddressesOffset), options.VlanInKey);
        if (IcmpMessage.IsError(packet.Version, packet.IcmpType) && packet.Protocol is Ip.Icmp or Ip.Icmpv6) _quoted = Quoted();
    }

    public FrameWalk Walk { get; }

    public bool IsFragment => _datagram is not null;

    public void Add(in FlowSummary flow, in Judgement judgement) => _watch.Add(in flow, in judgement);

    /// <param name="bytes">The captured bytes of a frame of the run.</param>
    /// <param name="number">Its number.</param>
    public unsafe void See(byte* bytes, in FrameDescriptor frame, long number)
    {
        if (_datagram is null) return;
        _datagram.See(bytes, in frame, number);
        if (Walk.Status == DecodeStatus.LaterFragment && _datagram.NeedsFirst) _watch.Wanted = _datagram.Flow;
    }

    /// <summary>The engine has processed the frame.</summary>
    public void Became(PartFate fate)
    {
        _fate = fate;
        if (_datagram is not null) _datagram.Waited = fate == PartFate.Waits;
        if (fate == PartFate.ErrorOfFlow && _quoted is { } quoted) _watch.Wanted = quoted;
    }

    /// <summary>All frames were seen, and the flows that are left will be judged.</summary>
    public void EndOfFrames()
    {
        if (_datagram is { FirstWasForgotten: true }) _watch.Wanted = null;
    }

    public PartExplanation Explain(CheckEngine engine, bool verdicts) => new(Walk, _datagram?.Tell(), _watch.Explain(engine, verdicts), WithoutFlow());

    private string? WithoutFlow()
    {
        if (_fate == PartFate.Copy) return "a copy of a packet that the mirror delivered before: it is not counted a second time; the flow shown is that of the packet";
        if (_fate == PartFate.ErrorOfFlow) return "an ICMP error about a live flow is counted as icmp-error-of-known-flow and is no flow of its own; the flow shown is the one it is about";
        if (_fate == PartFate.ErrorOfEndedFlow) return "an ICMP error about a flow that has ended is counted as icmp-error-of-ended-flow and is no flow of its own; explain --flow shows the flow it is about";
        if (_watch.HasFlow) return null;
        DecodeStatus status = Walk.Status;
        if (status == DecodeStatus.LaterFragment) return "its flow is not known: see the fragment";
        if (DecodeStatusNames.IsDecoded(status)) return $"an IP packet, but what tells its flow is missing: counted as {DecodeStatusNames.Of(status)}, without flow";
        return DecodeStatusNames.IsNonIp(status)
            ? $"it holds no IP packet: counted as {DecodeStatusNames.Of(status)}"
            : $"it could not be decoded: counted as {DecodeStatusNames.Of(status)}";
    }

    private FlowIdentity? Quoted()
    {
        int at = Walk.PayloadOffset + 8, length = Walk.Packet.PayloadLength - 8;
        if (length <= 0) return null;
        FrameWalk quoted = FrameWalk.Of(_frame.Bytes.AsSpan(at, length), Walk.Packet.Version == 4 ? LinkType.Ipv4 : LinkType.Ipv6, null);
        if (quoted.Status != DecodeStatus.Decoded) return null;
        PacketSummary packet = quoted.Packet;
        packet.Vlan = Walk.Packet.Vlan;
        return FlowIdentity.Of(in packet, _frame.Bytes.AsSpan(at + quoted.AddressesOffset), _options.VlanInKey);
    }
}
