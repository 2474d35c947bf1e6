using System.Runtime.CompilerServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Flows;

public sealed unsafe class FlowTableTests
{
    private readonly struct ListSink(List<FlowSummary> list) : IFlowSink
    {
        public bool WantsOpenings => false;

        public void Open(in FlowPayload packet, ref FlowSpeech speech)
        {
        }

        public bool Read(in FlowPayload payload, ref FlowSpeech speech) => false;

        public void Close(in FlowSummary flow, FlowEnd end) => list.Add(flow);
    }

    private static void Feed(
        PacketFeed<Ipv4Key> table, uint source, ushort port, uint destination, long ns, long frame, ref ListSink sink, uint marks = 0, bool back = false)
    {
        FlowPacket<Ipv4Key>* packet = table.Next(frame);
        packet->Key = back
            ? Ipv4Key.Create(destination, 25, source, port, 6, 0, out packet->Head.FromHigh)
            : Ipv4Key.Create(source, port, destination, 25, 6, 0, out packet->Head.FromHigh);
        packet->Head.Marks = packet->Head.FromHigh != 0 ? marks << FlowMarks.SideBits : marks;
        packet->Head.TimestampNs = ns;
        packet->Head.Bytes = 100;
        table.Commit(ref sink);
    }

    [Fact]
    public void An_IPv4_record_is_one_cache_line()
    {
        Assert.Equal(64, Unsafe.SizeOf<FlowRecord<Ipv4Key>>());
        Assert.Equal(88, Unsafe.SizeOf<FlowRecord<Ipv6Key>>());
        Assert.Equal(48, Unsafe.SizeOf<FlowState>());
        Assert.Equal(32, Unsafe.SizeOf<FlowOrigin>());
        Assert.Equal(24, Unsafe.SizeOf<FrameDescriptor>());
        FlowState state = default;
        Assert.Equal(4, Unsafe.ByteOffset(ref state.LowBytes, ref state.HighBytes));
        Assert.Equal(4, Unsafe.ByteOffset(ref state.LowNext, ref state.HighNext));
        Assert.Equal(4, Unsafe.ByteOffset(ref state.LowPackets, ref state.HighPackets));
    }

    [Fact]
    public void A_table_that_gave_its_memory_back_at_the_end_starts_anew()
    {
        const uint Flows = 150_000; // several times the records that end before memory is given back
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.None, new FlowLimits(Flows));
        var closed = new List<FlowSummary>();
        var sink = new ListSink(closed);
        for (int round = 0; round < 2; round++)
        {
            closed.Clear();
            for (uint i = 1; i <= Flows; i++) Feed(table, i, 9, 1_000_000, i, i, ref sink);
            for (uint i = 1; i <= Flows; i++) Feed(table, i, 9, 1_000_000, Flows + i, Flows + i, ref sink, back: true);
            table.End(ref sink);
            Assert.Equal(Flows, (uint)closed.Count);
            Assert.All(closed, f => Assert.Equal((1L, 1L, f.FirstFrame, f.FirstFrame + Flows), (f.LowPackets, f.HighPackets, f.FirstNs, f.LastNs)));
            Assert.Equal(0, table.Table.Live);
        }
    }

    [Fact]
    public void The_limit_evicts_and_loses_no_packet()
    {
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, new FlowLimits(100));
        var closed = new List<FlowSummary>();
        var sink = new ListSink(closed);
        for (uint i = 1; i <= 5000; i++) Feed(table, i, 9, 100_000, i, i, ref sink);
        Assert.True(table.Table.Live <= 100);
        table.End(ref sink);
        Assert.Equal(4900, table.Table.Evicted);
        Assert.Equal(5000, closed.Sum(f => f.LowPackets + f.HighPackets));
    }

    [Fact]
    public void What_is_idle_at_the_end_ended_by_its_timeout_whether_a_sweep_saw_it_or_not()
    {
        var limits = new FlowLimits(100);
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, limits);
        var sink = new ListSink([]);
        for (uint i = 0; i < 10; i++) Feed(table, i + 1, 9, 1000, i * 1_000_000_000_000, i + 1, ref sink);
        limits.NowNs = 9_000_000_000_000;
        table.End(ref sink);
        Assert.Equal((6, 4), (table.Table.Expired, table.Table.Ended)); // an hour is 3 600 s: those of 0 to 5 000 s are idle at 9 000 s
    }

    [Fact]
    public void Idle_flows_expire_by_packet_time_and_known_flows_allocate_nothing()
    {
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, new FlowLimits(100_000));
        var closed = new List<FlowSummary>();
        var sink = new ListSink(closed);
        Feed(table, 1, 9, 1000, 0, 1, ref sink);
        Feed(table, 1, 9, 1000, 3_700_000_000_000, 2, ref sink);
        table.Flush(ref sink);
        Assert.Single(closed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++) Feed(table, 1, 9, 1000, 3_700_000_000_001, 3, ref sink);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private const uint Server = 100_000_000;

    private static void Converse(PacketFeed<Ipv4Key> table, uint client, long ns, ref ListSink sink)
    {
        Feed(table, client, 9, Server, ns, 1, ref sink, FlowMarks.Syn);
        Feed(table, client, 9, Server, ns, 2, ref sink, FlowMarks.SynAck, back: true);
        Feed(table, client, 9, Server, ns, 3, ref sink, FlowMarks.Ack | FlowMarks.Data);
        Feed(table, client, 9, Server, ns, 4, ref sink, FlowMarks.Ack | FlowMarks.Data, back: true);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(900)]
    [InlineData(999)]
    public void A_flood_cuts_no_conversation_however_few_places_are_left(int conversations)
    {
        const int Flood = 100_000;
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, new FlowLimits(1000));
        var closed = new List<FlowSummary>();
        var sink = new ListSink(closed);
        for (uint i = 1; i <= Flood; i++)
        {
            // The conversations begin in the midst of the flood.
            if (i % 10 == 0 && i / 10 <= conversations) Converse(table, i / 10, i, ref sink);
            Feed(table, 1_000_000 + i, 9, Server, i, 10 + i, ref sink, FlowMarks.Syn);
        }

        table.Flush(ref sink);
        Assert.Equal(1000, table.Table.Live);
        Assert.Equal(Flood + conversations - 1000, table.Table.Evicted);
        Assert.Equal(table.Table.Evicted, table.Table.EvictedByWorth[(int)FlowWorth.Unanswered]);
        Assert.DoesNotContain(closed, f => f.Ends.LowAddress.V4Value < 1_000_000);
        table.End(ref sink);
        Assert.Equal(conversations, closed.Count(f => f.LowPackets == 2 && f.HighPackets == 2));
    }

    [Fact]
    public void Of_the_unanswered_the_oldest_leaves_first_and_what_was_closed_before_them()
    {
        var limits = new FlowLimits(10) { NowNs = 10_000_000_000 };
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.None, limits);
        var closed = new List<FlowSummary>();
        var sink = new ListSink(closed);
        for (uint i = 1; i <= 9; i++) Feed(table, i, 9, Server, i, i, ref sink, FlowMarks.Syn);
        Converse(table, 50, 10, ref sink);
        Feed(table, 50, 9, Server, 10, 20, ref sink, FlowMarks.Fin | FlowMarks.Ack);
        Feed(table, 50, 9, Server, 10, 21, ref sink, FlowMarks.Fin | FlowMarks.Ack, back: true);
        for (uint i = 1; i <= 4; i++) Feed(table, 100 + i, 9, Server, limits.NowNs + i, 100 + i, ref sink, FlowMarks.Syn);
        table.Flush(ref sink);
        Assert.Equal([50u, 1u, 2u, 3u], closed.Select(f => f.Ends.LowAddress.V4Value));
        Assert.Equal([3, 1, 0, 0], table.Table.EvictedByWorth);
    }

    [Fact]
    public void When_all_are_conversations_the_longest_idle_of_some_leaves()
    {
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.None, new FlowLimits(20));
        var closed = new List<FlowSummary>();
        var sink = new ListSink(closed);
        for (uint i = 1; i <= 21; i++) Converse(table, i, i, ref sink);
        table.Flush(ref sink);
        Assert.Equal(1u, Assert.Single(closed).Ends.LowAddress.V4Value);
        Assert.Equal(1, table.Table.EvictedByWorth[(int)FlowWorth.Conversation]);
    }

    [Fact]
    public void A_flood_costs_the_same_for_each_flow_whatever_fills_the_table()
    {
        static TimeSpan Time(int max, int conversations)
        {
            using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.None, new FlowLimits(max));
            var sink = new ListSink([]);
            for (uint i = 1; i <= conversations; i++) Converse(table, i, i, ref sink);
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            for (uint i = 1; i <= 200_000; i++) Feed(table, 1_000_000 + i, 9, Server, i, 10 + i, ref sink, FlowMarks.Syn);
            table.Flush(ref sink);
            return System.Diagnostics.Stopwatch.GetElapsedTime(start);
        }

        Time(1000, 10);
        TimeSpan small = Time(1000, 10), large = Time(200_000, 199_990);
        Assert.True(large < (small * 20) + TimeSpan.FromSeconds(2), $"{small} and {large}"); // looking through the table would take minutes
    }
}
