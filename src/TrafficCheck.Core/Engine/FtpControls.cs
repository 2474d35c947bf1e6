using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// FTP control connections of the run, by client and server: what a data connection from the server's port 20 must belong to. Bounded; what
/// does not fit is counted.
/// </summary>
internal sealed class FtpControls
{
    private const int MaxPairs = 200_000;

    /// <summary>A server closes the control connection before the last data connection ends; packets of both may cross.</summary>
    private const long SlackNs = 5_000_000_000;

    private readonly Dictionary<(IpAddress Client, IpAddress Server), (long FirstNs, long LastNs)> _pairs = [];
    private readonly HashSet<ushort> _ports = [21];

    public FtpControls(AllowedMatrix matrix)
    {
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
    public long Forgotten { get; private set; }

    public void Note(in FlowSummary flow)
    {
        if (flow.Protocol != TransportNames.Tcp) return;
        FlowEndpoints ends = flow.Ends;
        bool low = _ports.Contains(ends.LowPort), high = _ports.Contains(ends.HighPort);
        if (low == high) return;
        if (FlowReading.OutcomeOf(flow, initiatorIsHigh: low) is not (Outcome.Established or Outcome.OneWay)) return;
        long firstNs = MayHaveBegunBefore(in flow) ? long.MinValue : flow.FirstNs;
        var pair = low ? (ends.HighAddress, ends.LowAddress) : (ends.LowAddress, ends.HighAddress);
        if (_pairs.TryGetValue(pair, out var span))
            _pairs[pair] = (Math.Min(span.FirstNs, firstNs), Math.Max(span.LastNs, flow.LastNs));
        else if (_pairs.Count < MaxPairs) _pairs[pair] = (firstNs, flow.LastNs);
        else Forgotten++;
    }

    /// <summary>A connection of which the capture, when it began, was too late to show the handshake.</summary>
    public static bool MayHaveBegunBefore(in FlowSummary flow) => flow.Protocol == TransportNames.Tcp && (flow.Marks & FlowMarks.MayPredateCapture) != 0
        && ((flow.Marks | (flow.Marks >> FlowMarks.SideBits)) & (FlowMarks.Syn | FlowMarks.SynAck)) == 0;

    /// <summary>Whether a control connection of the client was live when the server opened the data connection.</summary>
    public bool Covers(IpAddress client, IpAddress server, long dataFirstNs) =>
        _pairs.TryGetValue((client, server), out var span) && dataFirstNs >= span.FirstNs && dataFirstNs <= span.LastNs + SlackNs;
}
