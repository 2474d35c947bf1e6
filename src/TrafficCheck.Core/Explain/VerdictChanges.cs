using System.Globalization;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Explain;

/// <summary>What would change a verdict: evidence that the capture lacks, or a row that reads otherwise.</summary>
internal sealed class VerdictChanges
{
    private const int Named = 3;

    private readonly CheckEngine _engine;
    private readonly CompiledMatrix _matrix;
    private readonly Judgement _judgement;
    private readonly FlowSummary _flow;
    private readonly List<string> _all = [];

    /// <param name="flow">As it was judged.</param>
    /// <param name="judged">The reading that the verdict is about, and the other one; null out of scope.</param>
    public VerdictChanges(CheckEngine engine, in FlowSummary flow, in Judgement judgement, FlowTrial? judged, FlowTrial? other)
    {
        (_engine, _matrix, _flow, _judgement) = (engine, engine.Matrix, flow, judgement);
        if (judged is null || other is null)
        {
            OutOfScope();
            return;
        }

        bool subjectIsHigh = FlowFacts.SubjectIsHigh(in judgement);
        string peer = flow.Ends.Address(!subjectIsHigh).ToString();
        RowSet rows = _matrix.Sets[judgement.Rows];
        switch (judgement.Verdict)
        {
            case Verdict.Allowed when ConsideredRows.AreBothAsked(in judgement, judged):
                foreach (FlowTrial reading in new[] { judged, other }) _all.Add($"{Proof(reading, subjectIsHigh)}: then it is {Said(reading)}");
                break;
            case Verdict.Allowed:
                if (rows.Answering.Count > 1) _all.Add($"nothing tells {Ids(rows.Answering)} apart: a row that names {peer}, or a name of it, would answer alone");
                if (rows.Possible.Count > 0) _all.Add($"a name for {peer}: {Wanted(rows.Possible)} would answer instead");
                Direction(other, judged, subjectIsHigh);
                break;
            case Verdict.Related:
                _all.Add($"without its control connection, {engine.Related?[flow.Note.Parent]}, it would be {Said(judged)}");
                break;
            case Verdict.Unexpected:
                Unexpected(rows, peer, judged);
                Direction(other, judged, subjectIsHigh);
                break;
            default:
                Undetermined(rows, peer, judged, other, subjectIsHigh);
                break;
        }
    }

    public IReadOnlyList<string> All => _all;

    private void OutOfScope()
    {
        (string low, string high) = (_flow.Ends.LowAddress.ToString(), _flow.Ends.HighAddress.ToString());
        if (_judgement.Reason == Reason.Transit) _all.Add($"{low} or {high} among the protected hosts (--protect)");
        else if (_judgement.Reason == Reason.LinkScope) _all.Add("--link-scope judge");
        else if (_judgement.Reason == Reason.Internal) _all.Add($"{low} and {high} as hosts of two subjects: both ends belong to the same ones");
    }

    private void Unexpected(RowSet rows, string peer, FlowTrial judged)
    {
        string way = judged.Inbound ? "In" : "Out", first = rows.Answering.Count == 0 ? "" : Ids(rows.Answering);
        switch (_judgement.Reason)
        {
            case Reason.Application:
                string spoken = PayloadReader.Of(in _flow) is { Application: > Application.Unrecognized } seen ? ApplicationNames.Of(seen.Application) : "what is spoken here";
                _all.Add($"{One(rows)} {first} asking for {spoken}, or for no application");
                break;
            case Reason.Peer:
                _all.Add($"{One(rows)} {first} naming {peer}");
                if (NamesOf(rows.Answering) is { Length: > 0 } names)
                    _all.Add(judged.Names.Count == 0 ? $"a name for {peer}: {names}" : $"another name for {peer}: {names}; this capture calls it {Few(judged.Names)}");
                break;
            case Reason.Direction:
                _all.Add($"{One(rows)} {first} reading In/Out, or {way}");
                break;
            case Reason.Transport:
                _all.Add($"{One(rows)} {first} naming {TransportNames.Of(_flow.Protocol)}, too");
                break;
            default:
                string port = TransportNames.HasPorts(_flow.Protocol) ? Number(judged.Port) : "any";
                _all.Add($"a row of its own: | {port} | {TransportNames.Of(_flow.Protocol).ToUpperInvariant()} | {way} | ... |");
                break;
        }

        foreach (RowTrial one in judged.Trials)
        {
            if (_matrix.Matrix.Rows[one.Row].FromServerPort && one.Misses == 0 && !judged.ControlIsLive)
                _all.Add($"a control connection of FTP between the two hosts at that time, as row {_matrix.Matrix.Rows[one.Row].Id} asks");
        }
    }

    private void Undetermined(RowSet rows, string peer, FlowTrial judged, FlowTrial other, bool subjectIsHigh)
    {
        switch (_judgement.Reason)
        {
            case Reason.PeerNameUnknown:
                _all.Add($"a name for {peer}: {Wanted(rows.Answering)} would allow it; any other name would make it unexpected");
                _all.Add($"{One(rows)} {Ids(rows.Answering)} naming {peer}");
                break;
            case Reason.ApplicationUnknown:
                string asked = Few(rows.Answering.Select(r => _matrix.Matrix.Rows[r].Application).OfType<string>().Distinct());
                _all.Add($"payload that shows what is spoken: {asked} would be allowed by {Ids(rows.Answering)}, anything else would be unexpected");
                break;
            case Reason.ControlConnectionUnseen:
                _all.Add($"a control connection of FTP between the two hosts at that time, as {One(rows)} {Ids(rows.Answering)} asks");
                break;
            default:
                foreach (FlowTrial reading in new[] { judged, other }) _all.Add($"{Proof(reading, subjectIsHigh)}: then it is {Said(reading)}");
                break;
        }
    }

    /// <summary>Likely evidence decides, and proof may overrule it.</summary>
    private void Direction(FlowTrial other, FlowTrial judged, bool subjectIsHigh)
    {
        if (_judgement.Confidence != Confidence.Proven && (other.Verdict, other.Rows) != (judged.Verdict, judged.Rows))
            _all.Add($"{Proof(other, subjectIsHigh)}: then it is {Said(other)}");
    }

    private string Proof(FlowTrial reading, bool subjectIsHigh)
    {
        bool high = reading.Inbound != subjectIsHigh;
        string who = EvidenceLadder.Socket(_flow.Protocol, _flow.Ends.Address(high), _flow.Ends.Port(high));
        return _flow.Protocol == TransportNames.Tcp ? $"a SYN from {who} (or a SYN-ACK to it, or payload that shows the client)"
            : TransportNames.HasPorts(_flow.Protocol) ? $"payload that shows that {who} asks" : $"a request from {who}";
    }

    private string Said(FlowTrial reading)
    {
        RowSet rows = _matrix.Sets[reading.Rows];
        return reading.Verdict == Verdict.Allowed ? $"allowed by {Ids(rows.Answering)}" : $"{reading.Verdict.Word()} ({reading.Reason.Word()})";
    }

    private static string One(RowSet rows) => rows.Answering.Count > 1 ? "one of the rows" : "row";

    /// <summary><c>updates.example.net (R12)</c></summary>
    private string Wanted(IReadOnlyList<int> rows) =>
        Few(rows.SelectMany(r => _matrix.Matrix.Rows[r].Peers.Where(p => p.Name is not null).Select(p => $"{p.Name} ({_matrix.Matrix.Rows[r].Id})")).Distinct());

    private string NamesOf(IReadOnlyList<int> rows) => rows.Any(r => _matrix.Matrix.Rows[r].Peers.Any(p => p.Name is not null)) ? Wanted(rows) : "";

    private string Ids(IReadOnlyList<int> rows) => Few(rows.Select(r => _matrix.Matrix.Rows[r].Id));

    private static string Few(IEnumerable<string> items)
    {
        string[] all = [.. items];
        string list = string.Join(", ", all.Take(Named));
        return all.Length > Named ? $"{list} and {Number(all.Length - Named)} more" : list;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
