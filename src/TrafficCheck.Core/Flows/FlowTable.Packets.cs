using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Flows;

/// <content>What one packet changes in the record of its flow.</content>
public sealed unsafe partial class FlowTable<TKey>
    where TKey : unmanaged, IFlowKey<TKey>
{
    /// <returns>The marks of the flow with this packet.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Update(FlowRecord<TKey>* record, PacketHead* packet)
    {
        ref FlowState state = ref record->State;
        long time = packet->TimestampNs;
        if (time >= state.LastNs) state.LastNs = time;
        else Earlier(record, packet);
        uint packets = packet->Packets;
        Packets += packets;

        // SAFETY: the fields of the low and of the high endpoint are neighbours in a sequential layout (asserted by a test).
        uint side = packet->FromHigh, added = packet->Bytes;
        ref uint bytes = ref Unsafe.Add(ref state.LowBytes, side);
        uint sum = bytes + added;
        bytes = sum;
        if (sum < added) CarryBytes(record, side);
        ref uint counter = ref Unsafe.Add(ref state.LowPackets, side);
        uint count = counter + packets;
        counter = count;
        if (count < packets) Carry(record, side);

        // What takes no sequence numbers is always as expected: half the packets, and nothing tells which.
        ref uint next = ref Unsafe.Add(ref state.LowNext, side);
        uint length = packet->SequenceLength, expected = length == 0 ? packet->Sequence : next;
        if (expected == packet->Sequence) next += length;
        else OutOfSequence(record, packet, ref next);

        uint marks = state.Marks, seen = packet->Marks;
        if ((seen & (FlowMarks.Syn << FlowMarks.SideBits)) != 0 && (marks & FlowMarks.Syn) == 0) marks |= FlowMarks.FirstSynFromHigh;
        marks |= seen;
        state.Marks = marks;
        return marks;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadPayload<TSink>(FlowRecord<TKey>* record, PacketHead* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        // SAFETY: the payload lies in the captured bytes, which stay until the table was flushed.
        var payload = new ReadOnlySpan<byte>(packet->Payload, packet->PayloadLength);
        if (!sink.Read(InFlow(record, packet, payload, record->State.Marks), ref record->State.Speech))
            record->State.Marks |= FlowMarks.SpeechKnown;
    }

    private FlowPayload InFlow(FlowRecord<TKey>* record, PacketHead* packet, ReadOnlySpan<byte> payload, uint marks) => new()
    {
        Bytes = payload,
        Protocol = record->Key.Protocol,
        Ends = record->Key.Endpoints,
        FromHigh = packet->FromHigh != 0,
        Marks = marks,
        TimestampNs = packet->TimestampNs,
        Frame = _run.BaseFrame + packet->Frame,
        Sequence = packet->Sequence,
    };

    /// <summary>A packet that is older than the last one: files and interfaces are merged a little out of order, and clocks are set back.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Earlier(FlowRecord<TKey>* record, PacketHead* packet)
    {
        ref FlowState state = ref record->State;
        long time = packet->TimestampNs;
        ref long first = ref _origins[(uint)(record - _records)].FirstNs;
        if (time < first && (ulong)(first - time) < (ulong)FlowLimits.ClockStepNs)
        {
            // Who sent the first packet is a matter of time, not of the order in which packets were stored.
            first = time;
            state.Marks = (state.Marks & ~FlowMarks.FirstFromHigh) | (packet->FromHigh != 0 ? FlowMarks.FirstFromHigh : 0);
        }

        // After a step of the clock the flow goes on at the new time; the old one would keep it for good.
        if ((ulong)(state.LastNs - time) >= (ulong)FlowLimits.ClockStepNs) state.LastNs = time;
    }

    /// <summary>
    /// A TCP segment that does not begin where the last one of its side ended. Beyond it, bytes are missing; before it, it may be what was
    /// missing, or a repetition. A SYN begins anew.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OutOfSequence(FlowRecord<TKey>* record, PacketHead* packet, ref uint next)
    {
        // Jumps beyond what is in flight on any path are no loss but another connection, or nonsense; they count as nothing.
        const int Plausible = 1 << 26;
        uint end = packet->Sequence + packet->SequenceLength;
        int ahead = (int)(packet->Sequence - next);
        bool begins = ((packet->Marks | (packet->Marks >> FlowMarks.SideBits)) & (FlowMarks.Syn | FlowMarks.SynAck)) != 0;
        if (next == 0 || begins || ahead >= Plausible || ahead <= -Plausible)
        {
            next = end;
            return;
        }

        if (ahead > 0)
        {
            ref uint missing = ref record->State.MissingBytes;
            missing = (uint)Math.Min(uint.MaxValue, (ulong)missing + (uint)ahead);
            record->State.Marks |= FlowMarks.Gap;
            next = end;
            return;
        }

        if ((int)(end - next) > 0) next = end;
        if ((record->State.Marks & FlowMarks.Gap) == 0) return; // a repetition
        ref uint lacking = ref record->State.MissingBytes;
        lacking -= Math.Min(lacking, packet->SequenceLength);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CarryBytes(FlowRecord<TKey>* record, uint side)
    {
        ref FlowCarries carries = ref CarriesOf(record);
        if (side == 0) carries.LowBytes++;
        else carries.HighBytes++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Carry(FlowRecord<TKey>* record, uint side)
    {
        ref FlowCarries carries = ref CarriesOf(record);
        if (side == 0) carries.LowPackets++;
        else carries.HighPackets++;
    }

    private ref FlowCarries CarriesOf(FlowRecord<TKey>* record) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_carries, (uint)(record - _records), out _);
}
