using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Tests.Flows;

/// <summary>One packet of the model: who sends to whom, when.</summary>
/// <param name="Flow">Number of the flow; the model gives it addresses and a transport.</param>
/// <param name="WaitNs">Time since the packet before.</param>
/// <param name="Marks">Marks of the sender, not yet shifted to its side.</param>
internal readonly record struct ModelPacket(int Flow, bool FromHigh, long WaitNs, uint Bytes, uint Marks);

/// <summary>
/// The flow table told again with a dictionary and without batches, index, sweeps or free list. Time only goes forward here, so that the
/// moment at which an idle flow is swept decides nothing.
/// </summary>
internal sealed class FlowModel(Func<int, FlowEndpoints> endsOf, Func<int, byte> protocolOf)
{
    private const long Second = 1_000_000_000;
    private readonly Dictionary<int, FlowSummary> _live = [];
    private readonly List<FlowSummary> _ended = [];

    public IReadOnlyList<FlowSummary> Ended => _ended;

    public void Add(ModelPacket packet, long timeNs, long frame)
    {
        if (_live.TryGetValue(packet.Flow, out FlowSummary flow) && timeNs - flow.LastNs > Timeout(flow))
        {
            _ended.Add(flow);
            _live.Remove(packet.Flow);
        }

        if (!_live.TryGetValue(packet.Flow, out flow))
        {
            flow = new FlowSummary
            {
                Protocol = protocolOf(packet.Flow),
                Ends = endsOf(packet.Flow),
                FirstNs = timeNs,
                LastNs = timeNs,
                LowPackets = 0,
                HighPackets = 0,
                LowBytes = 0,
                HighBytes = 0,
                Marks = packet.FromHigh ? FlowMarks.FirstFromHigh : 0,
                FirstFrame = frame,
            };
        }

        bool firstSyn = (packet.Marks & FlowMarks.Syn) != 0 && packet.FromHigh && (flow.Marks & FlowMarks.Syn) == 0;
        _live[packet.Flow] = flow with
        {
            LastNs = timeNs,
            LowPackets = flow.LowPackets + (packet.FromHigh ? 0 : 1),
            HighPackets = flow.HighPackets + (packet.FromHigh ? 1 : 0),
            LowBytes = flow.LowBytes + (packet.FromHigh ? 0 : packet.Bytes),
            HighBytes = flow.HighBytes + (packet.FromHigh ? packet.Bytes : 0),
            Marks = flow.Marks | (packet.Marks << (packet.FromHigh ? FlowMarks.SideBits : 0)) | (firstSyn ? FlowMarks.FirstSynFromHigh : 0),
        };
    }

    public void End()
    {
        _ended.AddRange(_live.Values);
        _live.Clear();
    }

    private static long Timeout(FlowSummary flow)
    {
        if (flow.Protocol == 17) return 180 * Second;
        if (flow.Protocol != 6) return 60 * Second;
        uint low = flow.Marks & 63, high = (flow.Marks >> 6) & 63;
        bool closed = ((low | high) & FlowMarks.Rst) != 0 || (low & high & FlowMarks.Fin) != 0;
        bool begun = ((low | high) & (FlowMarks.Ack | FlowMarks.Fin)) != 0;
        bool asked = ((low | high) & (FlowMarks.Syn | FlowMarks.SynAck)) != 0;
        return closed || (asked && !begun) ? 120 * Second : 3600 * Second;
    }
}
