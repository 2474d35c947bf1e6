using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Stages;
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
    private readonly FrameWalk _walk;

    /// <summary>One, or all parts of an aggregate.</summary>
    private readonly PartTrace[] _parts;
    private readonly bool _hasMatrix;

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
        _parts = [.. new[] { _walk }.Concat(_walk.Further).Select(w => new PartTrace(frame, w, options, _ports))];
        IJudgedFlowSink observer = _parts.Length == 1 ? _parts[0] : new Observers(_parts);
        _engine = new CheckEngine(matrix ?? s_nothing, matrix is null ? [] : protectedHosts, interfaces, options with { ReadNames = true }, keepRows: false, observer);
    }

    public FrameWalk Walk => _walk;

    /// <summary>Frames whose numbers go on from those before.</summary>
    public void Process(FrameBatch batch, int start, int count) => Process(batch, start, count, _engine.FramesRead + 1);

    /// <param name="firstNumber">Number of the first frame; the others follow it.</param>
    public unsafe void Process(FrameBatch batch, int start, int count, long firstNumber)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (PartTrace part in _parts.Where(p => p.IsFragment))
        {
            for (int i = 0; i < count; i++)
            {
                FrameDescriptor frame = batch.Frames[start + i];
                part.See(batch.Buffer + frame.Offset, in frame, firstNumber + i);
            }
        }

        long index = _frame.Number - firstNumber;
        if (index < 0 || index >= count)
        {
            _engine.Process(batch, start, count, firstNumber);
            return;
        }

        // The frame alone between two looks at the counters: they tell what became of it.
        int at = (int)index;
        _engine.Process(batch, start, at, firstNumber);
        _engine.Drain();
        long errors = _engine.IcmpErrorsOfFlows, late = _engine.IcmpErrorsOfEndedFlows, waiting = _engine.WaitingFragments, copies = _engine.Copies;
        _engine.Process(batch, start + at, 1, _frame.Number);
        _engine.Drain();
        if (_parts.Length == 1)
        {
            _parts[0].Became(_engine.Copies > copies ? PartFate.Copy : _engine.IcmpErrorsOfFlows > errors ? PartFate.ErrorOfFlow
                : _engine.IcmpErrorsOfEndedFlows > late ? PartFate.ErrorOfEndedFlow
                : _engine.WaitingFragments > waiting ? PartFate.Waits : PartFate.None);
        }
        else
        {
            for (int i = 0; i < _parts.Length && i < _engine.PartFates.Count; i++) _parts[i].Became(_engine.PartFates[i]);
        }

        _engine.Process(batch, start + at + 1, count - at - 1, _frame.Number + 1);
    }

    /// <param name="inputs">What the sources say of themselves, in the order of the arguments.</param>
    public FrameExplanation Finish(IReadOnlyList<InputSummary> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (PartTrace part in _parts) part.EndOfFrames();
        _engine.Finish(inputs, [], new ExitRules(FailOn.Never, 'F'));
        CaptureInterface? captured = _frame.Descriptor.Interface < _interfaces.All.Count ? _interfaces.All[_frame.Descriptor.Interface] : null;
        PartExplanation[] parts = [.. _parts.Select(p => p.Explain(_engine, _hasMatrix))];
        return new FrameExplanation
        {
            Frame = _frame,
            Frames = _engine.FramesRead,
            Input = inputs[captured?.Input ?? 0],
            Interface = captured,
            WalkAgrees = WalkAgrees(),
            Parts = parts,
        };
    }

    public void Dispose()
    {
        _engine.Dispose();
        _ports.Dispose();
    }

    private unsafe bool WalkAgrees()
    {
        var room = new byte[_frame.Bytes.Length + FrameBatch.Slack];
        _frame.Bytes.CopyTo(room, 0);
        fixed (byte* start = room)
        {
            var parts = new FrameParts(start, _frame.Bytes.Length, _frame.Descriptor.LinkType, _options.Decapsulate ? _ports : null);
            foreach (PartTrace part in _parts)
            {
                if (!parts.Next()) return false;
                PacketSummary packet = parts.Packet, walked = part.Walk.Packet;
                if (parts.Status != part.Walk.Status) return false;
                if (DecodeStatusNames.IsDecoded(parts.Status) && ((int)(packet.Addresses - start) != part.Walk.AddressesOffset || packet.Protocol != walked.Protocol
                    || (packet.SourcePort, packet.DestinationPort, packet.IpLength) != (walked.SourcePort, walked.DestinationPort, walked.IpLength)))
                    return false;
            }

            return !parts.Next();
        }
    }

    private sealed class Observers(PartTrace[] parts) : IJudgedFlowSink
    {
        public void Add(in FlowSummary flow, in Judgement judgement)
        {
            foreach (PartTrace part in parts) part.Add(in flow, in judgement);
        }
    }
}
