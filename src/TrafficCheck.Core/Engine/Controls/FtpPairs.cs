using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>
/// FTP control connections by client and server, for data connections that nobody can see announced: under TLS, in mid-stream, or from port 20 by a
/// row that names it. Those that were read are kept each; of the others, which only their port tells, the time from the first to the last. Asked when all
/// flows have ended.
/// </summary>
internal sealed class FtpPairs
{
    /// <summary>Control connections that were read, and pairs of hosts that only ports tell; about 80 bytes each.</summary>
    private const int MaxKept = 100_000;

    /// <summary>Connections of one pair that may be live at one time.</summary>
    private const int MostAtOnce = 64;

    /// <summary>A control connection may end before its last data connection is opened: packets of both cross.</summary>
    private const long SlackNs = 5_000_000_000;

    /// <summary>Sorted by pair and beginning when one is looked for.</summary>
    private List<ControlConnection> _controls = [];
    private HashSet<(IpAddress Client, IpAddress Server)> _pairs = [];
    private Dictionary<(IpAddress Client, IpAddress Server), (long FirstNs, long LastNs)> _spans = [];
    private readonly HashSet<ushort> _ports = [];
    private readonly PortRange? _passiveRange;
    private readonly int _maxKept;

    /// <summary>One bit for what two addresses have in common: nearly all flows are told from those of a pair without a search.</summary>
    private ulong[] _bits = new ulong[1024];
    private bool _sorted;

    public FtpPairs(AllowedMatrix matrix, PortRange? passiveRange, int maxKept = MaxKept)
    {
        _maxKept = maxKept;
        _passiveRange = passiveRange;
        Ask(matrix);
    }

    /// <summary>The ports of control connections are those of this matrix.</summary>
    public void Ask(AllowedMatrix matrix)
    {
        _ports.Clear();
        _ports.Add(21);
        foreach (MatrixRow row in matrix.Rows)
        {
            if (row.Application != "ftp" || row.FromServerPort) continue;
            foreach (PortRange range in row.Ports)
            {
                if (range.IsSingle) _ports.Add(range.First);
            }
        }
    }

    /// <summary>Control connections not remembered because the memory for them was full.</summary>
    public long NotKept { get; private set; }

    /// <param name="of">The fork of a control connection, by its number.</param>
    public FtpPairs Fork(Func<uint, ControlConnection> of)
    {
        var fork = (FtpPairs)MemberwiseClone();
        fork._controls = new(_controls.Count);
        foreach (ControlConnection control in _controls) fork._controls.Add(of(control.Number));
        fork._pairs = [.. _pairs];
        fork._spans = new(_spans);
        fork._bits = (ulong[])_bits.Clone();
        return fork;
    }

    /// <summary>Forgets what ended before a time, and connections that are not followed any more.</summary>
    /// <param name="isForgotten">By number of the connection.</param>
    public void Forget(long endedBeforeNs, Func<uint, bool> isForgotten)
    {
        foreach (var (pair, span) in _spans.ToList())
        {
            if (span.LastNs < endedBeforeNs) _spans.Remove(pair);
        }

        if (_controls.RemoveAll(c => isForgotten(c.Number)) == 0) return;
        _pairs.Clear();
        Array.Clear(_bits);
        foreach (ControlConnection control in _controls) Remember(control);
    }

    /// <summary>A flow has ended that may be a control connection by its port. Only asked for where a row names the port of active data.</summary>
    public void Note(in FlowSummary flow)
    {
        if (flow.Protocol != Ip.Tcp) return;
        FlowEndpoints ends = flow.Ends;
        bool low = _ports.Contains(ends.LowPort), high = _ports.Contains(ends.HighPort);
        if (low == high) return;
        if (FlowReading.OutcomeOf(flow, initiatorIsHigh: low) is not (Outcome.Established or Outcome.OneWay)) return;
        long firstNs = MayHaveBegunBefore(in flow) ? long.MinValue : flow.FirstNs;
        var pair = low ? (ends.HighAddress, ends.LowAddress) : (ends.LowAddress, ends.HighAddress);
        if (_spans.TryGetValue(pair, out var span)) _spans[pair] = (Math.Min(span.FirstNs, firstNs), Math.Max(span.LastNs, flow.LastNs));
        else if (_spans.Count < _maxKept) _spans[pair] = (firstNs, flow.LastNs);
        else NotKept++;
    }

    /// <summary>A connection of which the capture, when it began, was too late to show the handshake.</summary>
    public static bool MayHaveBegunBefore(in FlowSummary flow) => flow.Protocol == Ip.Tcp && (flow.Marks & FlowMarks.MayPredateCapture) != 0
        && ((flow.Marks | (flow.Marks >> FlowMarks.SideBits)) & (FlowMarks.Syn | FlowMarks.SynAck)) == 0;

    /// <summary>Whether a control connection of the client, as <see cref="Note"/> knows it, was live when the server opened the data connection.</summary>
    public bool Covers(IpAddress client, IpAddress server, long dataFirstNs) =>
        _spans.TryGetValue((client, server), out var span) && dataFirstNs >= span.FirstNs && IsLive(span.LastNs, dataFirstNs);

    public void Add(ControlConnection control)
    {
        if (_controls.Count >= _maxKept)
        {
            NotKept++;
            return;
        }

        _controls.Add(control);
        Remember(control);
        _sorted = false;
    }

    /// <summary>Whether the two hosts have a control connection, whoever is the client.</summary>
    public bool Has(in FlowEndpoints ends)
    {
        if (_pairs.Count == 0) return false;
        int bit = BitOf(ends.LowAddress, ends.HighAddress);
        return (_bits[bit >> 6] & (1UL << (bit & 63))) != 0
            && (_pairs.Contains((ends.LowAddress, ends.HighAddress)) || _pairs.Contains((ends.HighAddress, ends.LowAddress)));
    }

    /// <summary>The control connection that a flow may be data of, if the given end opened it.</summary>
    public ControlConnection? Infer(in FlowSummary flow, bool initiatorIsHigh, out RelatedBy by)
    {
        by = RelatedBy.None;
        FlowEndpoints ends = flow.Ends;
        if (flow.Protocol != Ip.Tcp || !Has(in ends)) return null;
        Sort();
        IpAddress from = ends.Address(initiatorIsHigh), to = ends.Address(!initiatorIsHigh);
        ushort fromPort = ends.Port(initiatorIsHigh), toPort = ends.Port(!initiatorIsHigh);
        if (_passiveRange is { } range && range.Contains(toPort) && Find(from, to, flow.FirstNs, tlsOnly: false) is { } plain)
        {
            by = RelatedBy.FtpPassiveRange;
            return plain;
        }

        var speech = (SpeechMarks)flow.Speech.Marks;
        bool tlsFirst = (Application)flow.Speech.Application == Application.Tls && (speech & SpeechMarks.TlsHello) != 0;
        if (!tlsFirst || !ControlPorts.MayBeFtpData(fromPort, toPort)) return null;
        by = RelatedBy.FtpsData;
        return (fromPort < ControlPorts.FirstHigh ? null : Find(from, to, flow.FirstNs, tlsOnly: true)) ?? Find(to, from, flow.FirstNs, tlsOnly: true);
    }

    private void Remember(ControlConnection control)
    {
        _pairs.Add((control.Client, control.Server));
        int bit = BitOf(control.Client, control.Server);
        _bits[bit >> 6] |= 1UL << (bit & 63);
    }

    private ControlConnection? Find(IpAddress client, IpAddress server, long timeNs, bool tlsOnly)
    {
        int low = 0, high = _controls.Count;
        while (low < high)
        {
            int middle = (low + high) / 2, order = PairOrder(_controls[middle], client, server);
            if (order < 0 || (order == 0 && _controls[middle].FirstNs <= timeNs)) low = middle + 1;
            else high = middle;
        }

        for (int i = low - 1; i >= 0 && i >= low - MostAtOnce; i--)
        {
            ControlConnection control = _controls[i];
            if (PairOrder(control, client, server) != 0) break;
            if (!IsLive(control.LastNs, timeNs)) continue;
            if (!tlsOnly || (control.Tls is { } tls && tls.Ns <= timeNs)) return control;
        }

        return null;
    }

    /// <summary>Whether data that begins at a time may belong to a connection of which the last packet was seen at another.</summary>
    private static bool IsLive(long lastNs, long timeNs) => lastNs > long.MaxValue - SlackNs || timeNs <= lastNs + SlackNs;

    /// <summary>The same whichever of the two is the client.</summary>
    private static int BitOf(IpAddress one, IpAddress other)
    {
        UInt128 both = one.Value ^ other.Value;
        return (int)((((ulong)both ^ (ulong)(both >> 64)) * 0x9e3779b97f4a7c15) >> 48);
    }

    private void Sort()
    {
        if (_sorted) return;
        _sorted = true;
        _controls.Sort((a, b) => PairOrder(a, b.Client, b.Server) is not 0 and int order ? order : (a.FirstNs, a.FirstFrame).CompareTo((b.FirstNs, b.FirstFrame)));
    }

    private static int PairOrder(ControlConnection control, IpAddress client, IpAddress server) =>
        control.Client.Value.CompareTo(client.Value) is not 0 and int order ? order : control.Server.Value.CompareTo(server.Value);
}
