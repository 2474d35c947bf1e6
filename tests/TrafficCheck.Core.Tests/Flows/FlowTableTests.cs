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

    private static void Feed(FlowTable<Ipv4Key> table, uint source, ushort port, uint destination, long ns, long frame, ref ListSink sink)
    {
        FlowPacket<Ipv4Key>* packet = table.Next();
        *packet = default;
        packet->Key = Ipv4Key.Create(source, port, destination, 25, 6, 0, out packet->FromHigh);
        packet->TimestampNs = ns;
        packet->Frame = frame;
        packet->Bytes = 100;
        packet->Packets = 1;
        if (table.Commit()) table.Advance(ref sink);
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
    public void The_limit_evicts_and_loses_no_packet()
    {
        using var table = new FlowTable<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, new FlowLimits(100));
        var closed = new List<FlowSummary>();
        var sink = new ListSink(closed);
        for (uint i = 1; i <= 5000; i++) Feed(table, i, 9, 100_000, i, i, ref sink);
        Assert.True(table.Live <= 100);
        table.End(ref sink);
        Assert.Equal(4900, table.Evicted);
        Assert.Equal(5000, closed.Sum(f => f.LowPackets + f.HighPackets));
    }

    [Fact]
    public void What_is_idle_at_the_end_ended_by_its_timeout_whether_a_sweep_saw_it_or_not()
    {
        var limits = new FlowLimits(100);
        using var table = new FlowTable<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, limits);
        var sink = new ListSink([]);
        for (uint i = 0; i < 10; i++) Feed(table, i + 1, 9, 1000, i * 1_000_000_000_000, i + 1, ref sink);
        limits.NowNs = 9_000_000_000_000;
        table.End(ref sink);
        Assert.Equal((6, 4), (table.Expired, table.Ended)); // an hour is 3 600 s: those of 0 to 5 000 s are idle at 9 000 s
    }

    [Fact]
    public void Idle_flows_expire_by_packet_time_and_known_flows_allocate_nothing()
    {
        using var table = new FlowTable<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, new FlowLimits(100_000));
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
}
