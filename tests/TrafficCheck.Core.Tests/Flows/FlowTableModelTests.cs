using CsCheck;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;

namespace TrafficCheck.Core.Tests.Flows;

public sealed unsafe class FlowTableModelTests
{
    private const long Second = 1_000_000_000;

    /// <summary>Waits at and just beyond the idle times.</summary>
    private static readonly long[] s_edges = [60 * Second, 120 * Second, (120 * Second) + 1, 180 * Second, (180 * Second) + 1, 3600 * Second, 3601 * Second];

    private static readonly Gen<ModelPacket[]> s_packets = Gen.Select(
        Gen.Int[0, 60], Gen.Bool, Gen.OneOf(Gen.Long[0, Second], Gen.Long[0, 40 * Second], Gen.Int[0, s_edges.Length - 1].Select(i => s_edges[i])),
        Gen.UInt[20, 1500], Gen.UInt[0, 63],
        (flow, high, wait, bytes, marks) => new ModelPacket(flow, high, wait, bytes, marks)).Array[1, 1500];

    [Fact]
    public void IPv4_flows_are_those_of_a_dictionary() => s_packets.SampleRepeatably(packets => Compare(packets, V4Ends, V4Key), draws: 150);

    [Fact]
    public void IPv6_flows_are_those_of_a_dictionary() => s_packets.SampleRepeatably(packets => Compare(packets, V6Ends, V6Key), draws: 150);

    [Fact]
    public void A_tight_limit_loses_no_packet_and_is_kept() =>
        Gen.Select(s_packets, Gen.Int[1, 40]).SampleRepeatably(
            (packets, limit) =>
            {
                var limits = new FlowLimits(limit);
                var (ended, table) = Run(packets, V4Key, limits);
                Assert.True(limits.Peak <= limit);
                Assert.Equal(table.Opened, table.Expired + table.Evicted + table.Ended);
                Assert.Equal((table.Opened, 0L, 0L), (ended.Count, table.Live, limits.Live));
                foreach (var flow in packets.GroupBy(p => p.Flow))
                {
                    var rows = ended.Where(e => e.Ends == V4Ends(flow.Key) && e.Protocol == ProtocolOf(flow.Key)).ToList();
                    Assert.Equal(flow.Count(p => p.FromHigh), rows.Sum(r => r.HighPackets));
                    Assert.Equal(flow.Count(p => !p.FromHigh), rows.Sum(r => r.LowPackets));
                    Assert.Equal(flow.Sum(p => p.Bytes), rows.Sum(r => r.LowBytes + r.HighBytes));

                    // One after the other, never at once.
                    for (int i = 1; i < rows.Count; i++) Assert.True(rows[i - 1].LastNs <= rows[i].FirstNs && rows[i - 1].FirstFrame < rows[i].FirstFrame);
                }
            },
            draws: 150);

    [Fact]
    public void Two_families_share_one_limit()
    {
        var limits = new FlowLimits(100);
        using var v4 = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.None, limits);
        using var v6 = new PacketFeed<Ipv6Key>(HashSeed.Fixed, FlowTimeouts.None, limits);
        var sink = new ListSink([]);
        for (int i = 0; i < 80; i++) Feed(v4, V4Key, new ModelPacket(i, false, 0, 40, 0), i, i + 1, ref sink);
        v4.Flush(ref sink);
        for (int i = 0; i < 80; i++) Feed(v6, V6Key, new ModelPacket(i, false, 0, 40, 0), i, i + 1, ref sink);
        v6.Flush(ref sink);
        Assert.Equal(100, limits.Live);
        Assert.Equal(60, v4.Table.Evicted + v6.Table.Evicted);
        v4.End(ref sink);
        v6.End(ref sink);
        Assert.Equal(160, sink.Flows.Sum(f => f.LowPackets));
    }

    [Fact]
    public void The_hash_seed_decides_nothing()
    {
        ModelPacket[] packets = [.. Enumerable.Range(0, 6000).Select(i => new ModelPacket(i * 7919 % 500, i % 3 == 0, Second / 100, 60, (uint)(i & 63)))];
        var results = new[] { HashSeed.Fixed, new HashSeed(1, 2, 3), HashSeed.Random() }.Select(seed => Run(packets, V4Key, new FlowLimits(90), seed).Ended).ToList();
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
        Assert.True(results[0].Count > 1000);
    }

    [Fact]
    public void Times_that_go_back_or_to_the_ends_of_the_range_lose_nothing()
    {
        long[] times = [0, 50, -50, long.MaxValue, long.MinValue, 7, long.MaxValue, long.MinValue + 1, 9];
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, new FlowLimits(100));
        var sink = new ListSink([]);
        for (int i = 0; i < times.Length; i++)
        {
            Feed(table, V4Key, new ModelPacket(1, false, 0, 40, 0), times[i], i + 1, ref sink);
            table.Flush(ref sink);
        }

        table.End(ref sink);
        Assert.Equal(times.Length, sink.Flows.Sum(f => f.LowPackets));
        Assert.All(sink.Flows, f => Assert.True(f.FirstNs <= f.LastNs));
    }

    [Fact]
    public void Counters_go_on_beyond_32_bits()
    {
        using var table = new PacketFeed<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.None, new FlowLimits(10));
        var sink = new ListSink([]);
        foreach (bool high in new[] { false, true, true, false, true })
        {
            FlowPacket<Ipv4Key>* packet = table.Next((1L << 39) + 5);
            packet->Key = V4Key(1, high, out packet->Head.FromHigh);
            packet->Head.Packets = uint.MaxValue;
            packet->Head.Bytes = uint.MaxValue;
            table.Commit(ref sink);
        }

        table.End(ref sink);
        FlowSummary flow = Assert.Single(sink.Flows);
        Assert.Equal((2L * uint.MaxValue, 3L * uint.MaxValue), (flow.LowPackets, flow.HighPackets));
        Assert.Equal((2L * uint.MaxValue, 3L * uint.MaxValue), (flow.LowBytes, flow.HighBytes));
        Assert.Equal((1L << 39) + 5, flow.FirstFrame);
    }

    private static void Compare<TKey>(ModelPacket[] packets, Func<int, FlowEndpoints> endsOf, KeyOf<TKey> keyOf)
        where TKey : unmanaged, IFlowKey<TKey>
    {
        var model = new FlowModel(endsOf, ProtocolOf);
        long now = 0;
        for (int i = 0; i < packets.Length; i++) model.Add(packets[i], now += packets[i].WaitNs, i + 1);
        model.End();
        var (ended, table) = Run(packets, keyOf, new FlowLimits(1000));
        Assert.Equal(0, table.Evicted);
        Assert.Equal(packets.Length, table.Packets);
        Assert.Equal(model.Ended.OrderBy(f => f.FirstFrame), ended.OrderBy(f => f.FirstFrame));
    }

    private static (IReadOnlyList<FlowSummary> Ended, FlowTable<TKey> Table) Run<TKey>(
        ModelPacket[] packets, KeyOf<TKey> keyOf, FlowLimits limits, HashSeed? seed = null)
        where TKey : unmanaged, IFlowKey<TKey>
    {
        using var table = new PacketFeed<TKey>(seed ?? HashSeed.Fixed, FlowTimeouts.Default, limits);
        var sink = new ListSink([]);
        long now = 0;
        for (int i = 0; i < packets.Length; i++)
        {
            limits.NowNs = now += packets[i].WaitNs;
            Feed(table, keyOf, packets[i], now, i + 1, ref sink);
        }

        table.End(ref sink);
        return (sink.Flows, table.Table);
    }

    private static void Feed<TKey>(PacketFeed<TKey> table, KeyOf<TKey> keyOf, ModelPacket model, long timeNs, long frame, ref ListSink sink)
        where TKey : unmanaged, IFlowKey<TKey>
    {
        FlowPacket<TKey>* packet = table.Next(frame);
        packet->Key = keyOf(model.Flow, model.FromHigh, out packet->Head.FromHigh);
        packet->Head.TimestampNs = timeNs;
        packet->Head.Bytes = model.Bytes;
        packet->Head.Marks = model.Marks << (packet->Head.FromHigh * FlowMarks.SideBits);
        table.Commit(ref sink);
    }

    private static byte ProtocolOf(int flow) => (flow % 5) switch { 0 => 17, 1 => 47, _ => 6 };

    private static FlowEndpoints V4Ends(int flow) => new(IpAddress.V4(0x0a000000 + (uint)flow), (ushort)(flow * 11), IpAddress.V4(0xc0000201), 443);

    /// <summary>Low and high share the address, so that the port decides.</summary>
    private static FlowEndpoints V6Ends(int flow) => new(IpAddress.V6(0x20010db8_00000000, 7), (ushort)flow, IpAddress.V6(0x20010db8_00000000, 7), 4430);

    private static Ipv4Key V4Key(int flow, bool fromHigh, out byte high)
    {
        FlowEndpoints e = V4Ends(flow);
        Ipv4Key key = fromHigh
            ? Ipv4Key.Create(e.HighAddress.V4Value, e.HighPort, e.LowAddress.V4Value, e.LowPort, ProtocolOf(flow), 0, out high)
            : Ipv4Key.Create(e.LowAddress.V4Value, e.LowPort, e.HighAddress.V4Value, e.HighPort, ProtocolOf(flow), 0, out high);
        Assert.Equal(fromHigh, high == 1);
        return key;
    }

    private static Ipv6Key V6Key(int flow, bool fromHigh, out byte high)
    {
        FlowEndpoints e = V6Ends(flow);
        ulong upper = (ulong)(e.LowAddress.Value >> 64), lower = (ulong)e.LowAddress.Value;
        return fromHigh
            ? Ipv6Key.Create(upper, lower, e.HighPort, upper, lower, e.LowPort, ProtocolOf(flow), 0, out high)
            : Ipv6Key.Create(upper, lower, e.LowPort, upper, lower, e.HighPort, ProtocolOf(flow), 0, out high);
    }

    private delegate TKey KeyOf<TKey>(int flow, bool fromHigh, out byte high);

    private readonly struct ListSink(List<FlowSummary> flows) : IFlowSink
    {
        public bool WantsOpenings => false;

        public void Open(in FlowPayload packet, ref FlowSpeech speech)
        {
        }

        public bool Read(in FlowPayload payload, ref FlowSpeech speech) => false;

        public IReadOnlyList<FlowSummary> Flows => flows;

        public void Close(in FlowSummary flow, FlowEnd end) => flows.Add(flow);
    }
}
