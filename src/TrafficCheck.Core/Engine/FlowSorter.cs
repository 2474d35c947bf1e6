using System.Runtime.InteropServices;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Brings judged flows into the order of their first time and frame, in bounded memory: full runs are sorted and written to a temporary file,
/// and merged at the end. The order does not depend on when flows ended.
/// </summary>
internal sealed class FlowSorter(int runLength = FlowSorter.DefaultRunLength) : IJudgedFlowSink, IDisposable
{
    /// <summary>Rows in memory at once: about 90 MB.</summary>
    public const int DefaultRunLength = 500_000;

    private readonly List<Row> _rows = [];
    private readonly List<(long Start, long Rows)> _runs = [];
    private FileStream? _spill;

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        if (_rows.Count == runLength) Spill();
        _rows.Add(new Row(flow, judgement));
    }

    public void Write(CompiledMatrix matrix, PeerNaming? names, RelatedFlows? related, Action<FlowRow> write)
    {
        _rows.Sort();
        if (_spill is null)
        {
            foreach (Row row in _rows) write(ToFlowRow(row, matrix, names, related));
            return;
        }

        Spill();
        var queue = new PriorityQueue<RunReader, Row>();
        foreach (var (start, rows) in _runs)
        {
            var reader = new RunReader(_spill, start, rows);
            if (reader.TryNext(out Row first)) queue.Enqueue(reader, first);
        }

        while (queue.TryDequeue(out RunReader? reader, out Row row))
        {
            write(ToFlowRow(row, matrix, names, related));
            if (reader.TryNext(out Row next)) queue.Enqueue(reader, next);
        }
    }

    public void Dispose() => _spill?.Dispose();

    private void Spill()
    {
        if (_rows.Count == 0) return;
        _rows.Sort();
        _spill ??= new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _runs.Add((_spill.Position, _rows.Count));
        _spill.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_rows)));
        _rows.Clear();
    }

    private static FlowRow ToFlowRow(in Row row, CompiledMatrix matrix, PeerNaming? names, RelatedFlows? related)
    {
        FlowSummary flow = row.Flow;
        Judgement judgement = row.Judgement;
        bool high = judgement.InitiatorIsHigh;
        FlowEndpoints ends = flow.Ends;
        bool icmp = flow.Protocol is TransportNames.Icmp or TransportNames.Icmpv6, ports = TransportNames.HasPorts(flow.Protocol);
        ushort initiatorPort = high ? ends.HighPort : ends.LowPort;
        bool answers = judgement.Verdict is Verdict.Allowed or Verdict.Related;
        PeerName peer = PeerNameOf(in flow, in judgement, names);
        RowSet rows = matrix.Sets[answers ? judgement.Rows : RowSets.None];
        return new FlowRow
        {
            FirstNs = flow.FirstNs,
            LastNs = flow.LastNs,
            Transport = flow.Protocol,
            Initiator = (high ? ends.HighAddress : ends.LowAddress).ToIPAddress(),
            InitiatorPort = ports ? initiatorPort : null,
            Responder = (high ? ends.LowAddress : ends.HighAddress).ToIPAddress(),
            ResponderPort = ports || icmp ? FlowJudge.ServicePort(flow.Protocol, ends, serviceIsHigh: !high) : null,
            InitiatorPackets = high ? flow.HighPackets : flow.LowPackets,
            InitiatorBytes = high ? flow.HighBytes : flow.LowBytes,
            ResponderPackets = high ? flow.LowPackets : flow.HighPackets,
            ResponderBytes = high ? flow.LowBytes : flow.HighBytes,
            Subject = judgement.Subject < 0 ? "" : matrix.Matrix.Subjects[judgement.Subject].Name,
            Direction = judgement.Direction,
            Evidence = judgement.Method,
            Confidence = judgement.Confidence,
            Flipped = FlowReading.IsFlip(in flow, high, judgement.Confidence),
            Conflicts = judgement.Conflicts,
            Outcome = judgement.Outcome,
            Verdict = judgement.Verdict,
            Reason = judgement.Reason,
            Rows = [.. rows.Answering.Select(r => matrix.Matrix.Rows[r].Id)],
            CoveredRows = [.. rows.Covered.Select(r => matrix.Matrix.Rows[r].Id)],
            Vlan = flow.Vlan == 0 ? null : flow.Vlan,
            Tunnel = flow.Tunnel.ToString(),
            Application = PayloadReader.Of(in flow) is { Application: > Recognition.Application.Unrecognized } seen ? Recognition.ApplicationNames.Of(seen.Application) : null,
            PeerName = peer.Name.Length > 0 ? peer.Name : null,
            PeerNameProof = peer.Name.Length > 0 ? peer.Kind.Word() : null,
            PeerNameFrame = peer.Name.Length > 0 ? peer.Frame : null,
            PeerNameShared = peer.Name.Length > 0 ? peer.IsShared : null,
            PeerNameChain = peer.Name.Length > 0 ? peer.Chain : null,
            Related = related is null || flow.Note.Parent == 0 ? null : ProofOf(flow.Note, related),
        };
    }

    private static RelatedProof ProofOf(FlowNote note, RelatedFlows related)
    {
        var by = (RelatedBy)note.Announcement;
        return new(by.Word(), by.Grade(note.IsGuess), note.AnnouncedFrame, related[note.Parent].ToString());
    }

    /// <summary>The peer is the end that the subject is not.</summary>
    private static PeerName PeerNameOf(in FlowSummary flow, in Judgement judgement, PeerNaming? names)
    {
        if (names is null || judgement.Subject < 0) return new("", NameKind.Dns, 0);
        foreach (PeerName name in names.NamesOf(in flow, peerIsHigh: judgement.InitiatorIsHigh != (judgement.Direction == FlowDirection.Out)))
        {
            if (name.Name.Length > 0) return name;
        }

        return new("", NameKind.Dns, 0);
    }

    /// <summary>A flow and one judgement of it. A frame opens several flows only when it is an aggregate; their ends tell them apart.</summary>
    private readonly record struct Row(FlowSummary Flow, Judgement Judgement) : IComparable<Row>
    {
        public int CompareTo(Row other)
        {
            int order = Flow.FirstNs.CompareTo(other.Flow.FirstNs);
            if (order == 0) order = Flow.FirstFrame.CompareTo(other.Flow.FirstFrame);
            if (order == 0) order = Flow.Protocol.CompareTo(other.Flow.Protocol);
            if (order == 0) order = Flow.Ends.CompareTo(other.Flow.Ends);
            if (order == 0) order = Flow.Vlan.CompareTo(other.Flow.Vlan);
            return order != 0 ? order : Judgement.Subject.CompareTo(other.Judgement.Subject);
        }
    }

    private sealed class RunReader(FileStream file, long start, long rows)
    {
        private readonly Row[] _buffer = new Row[1024];
        private int _at, _filled;
        private long _position = start, _left = rows;

        public bool TryNext(out Row row)
        {
            if (_at == _filled && !Fill())
            {
                row = default;
                return false;
            }

            row = _buffer[_at++];
            return true;
        }

        private bool Fill()
        {
            _filled = (int)Math.Min(_left, _buffer.Length);
            _at = 0;
            if (_filled == 0) return false;
            Span<byte> bytes = MemoryMarshal.AsBytes(_buffer.AsSpan(0, _filled));
            file.Position = _position;
            file.ReadExactly(bytes);
            _position += bytes.Length;
            _left -= _filled;
            return true;
        }
    }
}
