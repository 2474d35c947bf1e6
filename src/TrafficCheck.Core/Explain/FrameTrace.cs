using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// Runs the engine of <c>check</c> over an input and follows one frame of it: what is said of its flow is what <c>check</c> says. Feed it all frames
/// in their order, then ask <see cref="Finish"/> once.
/// </summary>
public sealed class FrameTrace : IDisposable
{
    private static readonly AllowedMatrix s_nothing = new() { Name = "", Sources = [], Subjects = [], Rows = [] };

    private readonly ExplainedFrame _frame;
    private readonly CaptureInterfaces _interfaces;
    private readonly EngineOptions _options;
    private readonly TunnelPorts _ports;
    private readonly CheckEngine _engine;
    private readonly FlowWatch _watch;
    private readonly FrameWalk _walk;
    private readonly DatagramWatch? _datagram;
    private readonly bool _hasMatrix;
    private FlowIdentity? _quoted;
    private bool _isErrorOfFlow;
    private bool _isCopy;

    /// <param name="matrix">Null for no verdicts.</param>
    /// <param name="protectedHosts">For each subject of the matrix, in its order, its addresses.</param>
    /// <exception cref="MatrixTooLargeException">The matrix cannot be compiled.</exception>
    public FrameTrace(
        ExplainedFrame frame, AllowedMatrix? matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> protectedHosts, CaptureInterfaces interfaces, EngineOptions options)
    {
        _frame = frame;
        _interfaces = interfaces;
        _options = options;
        _hasMatrix = matrix is not null;
        _ports = new TunnelPorts(options.TunnelPorts);
        _walk = FrameWalk.Of(frame.Bytes, frame.Descriptor.LinkType, options.Decapsulate ? _ports : null);
        _watch = new FlowWatch(frame.Number);
        _engine = new CheckEngine(matrix ?? s_nothing, matrix is null ? [] : protectedHosts, interfaces, options with { ReadNames = true }, keepRows: false, _watch);
        if (!DecodeStatusNames.IsDecoded(_walk.Status)) return;
        PacketSummary packet = _walk.Packet;
        if (packet.IsFragment) _datagram = new DatagramWatch(frame, _walk, options, _ports);
        bool namesItsFlow = _walk.Status == DecodeStatus.Decoded || (_datagram is not null && !_datagram.NeedsFirst);
        if (namesItsFlow) _watch.Wanted = FlowIdentity.Of(in packet, frame.Bytes.AsSpan(_walk.AddressesOffset), options.VlanInKey);
        if (IcmpMessage.IsError(packet.Version, packet.IcmpType) && packet.Protocol is Ip.Icmp or Ip.Icmpv6) _quoted = Quoted();
    }

    public FrameWalk Walk => _walk;

    public unsafe void Process(FrameBatch batch, int start, int count)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long before = _engine.FramesRead;
        if (_datagram is not null)
        {
            for (int i = 0; i < count; i++)
            {
                FrameDescriptor frame = batch.Frames[start + i];
                _datagram.See(batch.Buffer + frame.Offset, in frame, before + i + 1);
                if (_walk.Status == DecodeStatus.LaterFragment && _datagram.NeedsFirst) _watch.Wanted = _datagram.Flow;
            }
        }

        long index = _frame.Number - before - 1;
        if (index < 0 || index >= count)
        {
            _engine.Process(batch, start, count);
            return;
        }

        // The frame alone between two looks at the counters: they tell what became of it.
        int at = (int)index;
        _engine.Process(batch, start, at);
        long errors = _engine.IcmpErrorsOfFlows, waiting = _engine.WaitingFragments, copies = _engine.Copies;
        _engine.Process(batch, start + at, 1);
        _isCopy = _engine.Copies > copies;
        _isErrorOfFlow = _engine.IcmpErrorsOfFlows > errors;
        if (_datagram is not null) _datagram.Waited = _engine.WaitingFragments > waiting;
        if (_isErrorOfFlow && _quoted is { } quoted) _watch.Wanted = quoted;
        _engine.Process(batch, start + at + 1, count - at - 1);
    }

    /// <param name="inputs">What the sources say of themselves, in the order of the arguments.</param>
    public FrameExplanation Finish(IReadOnlyList<InputSummary> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (_datagram is { FirstWasForgotten: true }) _watch.Wanted = null;
        _engine.Finish(inputs, [], new ExitRules(FailOn.Never, 'F'));
        CaptureInterface? captured = _frame.Descriptor.Interface < _interfaces.All.Count ? _interfaces.All[_frame.Descriptor.Interface] : null;
        return new FrameExplanation
        {
            Frame = _frame,
            Frames = _engine.FramesRead,
            Input = inputs[captured?.Input ?? 0],
            Interface = captured,
            Walk = _walk,
            WalkAgrees = WalkAgrees(),
            Fragment = _datagram?.Tell(),
            Flow = _watch.Explain(_engine, _hasMatrix),
            WithoutFlow = WithoutFlow(),
        };
    }

    public void Dispose()
    {
        _engine.Dispose();
        _ports.Dispose();
    }

    private string? WithoutFlow()
    {
        if (_isCopy) return "a copy of a packet that the mirror delivered before: it is not counted a second time; the flow shown is that of the packet";
        if (_isErrorOfFlow) return "an ICMP error about a live flow is counted as icmp-error-of-known-flow and is no flow of its own; the flow shown is the one it is about";
        if (_watch.HasFlow) return null;
        DecodeStatus status = _walk.Status;
        if (status == DecodeStatus.LaterFragment) return "its flow is not known: see the fragment";
        if (DecodeStatusNames.IsDecoded(status)) return $"an IP packet, but what tells its flow is missing: counted as {DecodeStatusNames.Of(status)}, without flow";
        return DecodeStatusNames.IsNonIp(status)
            ? $"it holds no IP packet: counted as {DecodeStatusNames.Of(status)}"
            : $"it could not be decoded: counted as {DecodeStatusNames.Of(status)}";
    }

    private FlowIdentity? Quoted()
    {
        int at = _walk.PayloadOffset + 8, length = _walk.Packet.PayloadLength - 8;
        if (length <= 0) return null;
        FrameWalk quoted = FrameWalk.Of(_frame.Bytes.AsSpan(at, length), _walk.Packet.Version == 4 ? LinkType.Ipv4 : LinkType.Ipv6, null);
        if (quoted.Status != DecodeStatus.Decoded) return null;
        PacketSummary packet = quoted.Packet;
        packet.Vlan = _walk.Packet.Vlan;
        return FlowIdentity.Of(in packet, _frame.Bytes.AsSpan(at + quoted.AddressesOffset), _options.VlanInKey);
    }

    private unsafe bool WalkAgrees()
    {
        var room = new byte[_frame.Bytes.Length + FrameBatch.Slack];
        _frame.Bytes.CopyTo(room, 0);
        fixed (byte* start = room)
        {
            DecodeStatus status = FrameDecoder.Decode(start, _frame.Bytes.Length, _frame.Descriptor.LinkType, out PacketSummary packet);
            if (_options.Decapsulate && status == DecodeStatus.Decoded && packet.Protocol != Ip.Tcp && TunnelDecoder.MayCarry(in packet, _ports))
                status = TunnelDecoder.Unwrap(status, ref packet, _ports);
            PacketSummary walked = _walk.Packet;
            return status == _walk.Status && (!DecodeStatusNames.IsDecoded(status)
                || ((int)(packet.Addresses - start) == _walk.AddressesOffset && packet.Protocol == walked.Protocol
                    && (packet.SourcePort, packet.DestinationPort, packet.IpLength) == (walked.SourcePort, walked.DestinationPort, walked.IpLength)));
        }
    }
}
