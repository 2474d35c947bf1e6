using System.Buffers;
using TrafficCheck.Capture.Writing;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Evidence;

/// <summary>
/// Picks the evidence of a finished report out of a second reading of its inputs: the frames that findings name, and the first others of their flows, into
/// one pcapng. A frame of several findings stands there once, with a comment for each. One thread.
/// </summary>
public sealed unsafe class CheckEvidence : IDisposable
{
    private const int WriteAt = 1 << 16;

    private readonly EvidenceOptions _options;
    private readonly FlowHashes _hashes;
    private readonly CaptureInterfaces _interfaces;
    private readonly Stream _output;
    private readonly ArrayBufferWriter<byte> _bytes = new(2 * WriteAt);
    private readonly PcapngWriter _writer;
    private readonly Dictionary<(ushort, LinkType), int> _numbers = [];

    /// <summary>By frame number: what is said of the frame, and the flow of a finding that begins with it.</summary>
    private readonly Dictionary<long, List<Wanted>> _wanted = [];

    /// <summary>By the hash of their key: flows of findings that began and may have further frames.</summary>
    private readonly Dictionary<ulong, List<Followed>> _followed = [];
    private readonly int[] _left;
    private readonly IReadOnlyList<Finding> _findings;
    private readonly List<string> _comments = [];

    /// <param name="options">How the engine had its keys, and how many frames of a flow and of a finding; the folder and its limits are not used.</param>
    /// <param name="interfaces">Those of the second reading.</param>
    public CheckEvidence(CheckReport report, EvidenceOptions options, CaptureInterfaces interfaces, Stream output)
    {
        ArgumentNullException.ThrowIfNull(report);
        _options = options;
        _hashes = new FlowHashes(options.Seed ?? HashSeed.Random(), options);
        _interfaces = interfaces;
        _output = output;
        _findings = report.Findings;
        _left = new int[_findings.Count];
        Array.Fill(_left, options.FramesPerFinding);
        _writer = new PcapngWriter(_bytes);
        _writer.BeginSection($"{ReportTool.Name} {ReportTool.Version}", $"TrafficCheck: evidence of {_findings.Count} findings");
        for (int finding = 0; finding < _findings.Count; finding++)
        {
            int flow = 0;
            HashSet<long> named = [];
            foreach (long frame in _findings[finding].Frames.Concat(_findings[finding].Answered.Select(a => a.Frame)))
            {
                if (named.Add(frame)) Want(frame, new(finding, ++flow, null));
            }

            foreach (NamedPeer name in _findings[finding].PeerNames) Want(name.Frame, new(finding, 0, name));
        }
    }

    /// <summary>Frames written.</summary>
    public long Frames { get; private set; }

    /// <summary>Named frames that were not met; none unless the inputs changed between the readings.</summary>
    public long Missing => _wanted.Count;

    /// <param name="firstNumber">Number of the first frame, as it was in the first reading; the others follow it.</param>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public void Take(FrameBatch batch, int start, int count, long firstNumber)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ReadOnlySpan<FrameDescriptor> frames = batch.Frames.Slice(start, count);
        for (int i = 0; i < frames.Length; i++)
        {
            ref readonly FrameDescriptor frame = ref frames[i];
            byte* bytes = batch.Buffer + frame.Offset;
            ulong quoted = 0, flow = _hashes.OfOrdinary(bytes, in frame, out _);
            ushort rest = 0;
            if (flow == 0)
            {
                DecodeStatus status = _hashes.Decode(bytes, in frame, out PacketSummary packet);
                flow = _hashes.Of(status, in packet, frame.TimestampNs, out quoted);
                rest = packet.Rest;
            }

            long number = firstNumber + i;
            _comments.Clear();
            if (_wanted.Remove(number, out List<Wanted>? wanted)) Begin(wanted, flow, number);
            else if (_followed.Count == 0) continue;
            Follow(flow, number);
            Follow(quoted, number);
            if (rest != 0) FollowParts(number, bytes, in frame);
            if (_comments.Count > 0) Write(bytes, in frame);
        }
    }

    /// <summary>Writes what is left.</summary>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public void Complete()
    {
        _output.Write(_bytes.WrittenSpan);
        _bytes.ResetWrittenCount();
        _output.Flush();
    }

    public void Dispose() => _hashes.Dispose();

    private void Want(long frame, Wanted wanted)
    {
        if (!_wanted.TryGetValue(frame, out List<Wanted>? all)) _wanted.Add(frame, all = []);
        all.Add(wanted);
    }

    private void Begin(List<Wanted> wanted, ulong flow, long number)
    {
        foreach (Wanted one in wanted)
        {
            Finding finding = _findings[one.Finding];
            if (one.Name is { } name)
            {
                _comments.Add(EvidenceText.OfName(finding, name));
                continue;
            }

            if (flow == 0)
            {
                if (_left[one.Finding]-- > 0) _comments.Add(EvidenceText.OfFrame(finding, one.Flow, number));
                continue;
            }

            if (!_followed.TryGetValue(flow, out List<Followed>? all)) _followed.Add(flow, all = []);
            all.Add(new(one.Finding, one.Flow) { Left = _options.FramesPerFlow });
        }
    }

    private void Follow(ulong flow, long number)
    {
        if (flow == 0 || !_followed.TryGetValue(flow, out List<Followed>? all)) return;
        for (int i = all.Count - 1; i >= 0; i--)
        {
            Followed one = all[i];
            if (_left[one.Finding] > 0)
            {
                _left[one.Finding]--;
                one.Left--;
                _comments.Add(EvidenceText.OfFrame(_findings[one.Finding], one.Flow, number));
            }

            if (one.Left == 0 || _left[one.Finding] <= 0) all.RemoveAt(i);
        }

        if (all.Count == 0) _followed.Remove(flow);
    }

    private void FollowParts(long number, byte* bytes, in FrameDescriptor frame)
    {
        var parts = new FrameParts(bytes, frame.CapturedLength, frame.LinkType, _hashes.Tunnels);
        for (parts.Next(); parts.Next();)
        {
            PacketSummary packet = parts.Packet;
            Follow(_hashes.Of(parts.Status, in packet, frame.TimestampNs, out _), number);
        }
    }

    private void Write(byte* bytes, in FrameDescriptor frame)
    {
        if (!_numbers.TryGetValue((frame.Interface, frame.LinkType), out int number))
        {
            CaptureInterface? about = frame.Interface < _interfaces.Count ? _interfaces[frame.Interface] : null;
            number = _writer.AddInterface(EvidenceText.OfInterface(about, frame.LinkType));
            _numbers.Add((frame.Interface, frame.LinkType), number);
        }

        _writer.AddFrame(number, frame.TimestampNs, frame.WireLength, new(bytes, frame.CapturedLength), [.. _comments]);
        Frames++;
        if (_bytes.WrittenCount < WriteAt) return;
        _output.Write(_bytes.WrittenSpan);
        _bytes.ResetWrittenCount();
    }

    private readonly record struct Wanted(int Finding, int Flow, NamedPeer? Name);

    private sealed class Followed(int finding, int flow)
    {
        public int Finding { get; } = finding;

        public int Flow { get; } = flow;

        public int Left { get; set; }
    }
}
