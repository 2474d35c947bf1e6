using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class FrameIntakeTests
{
    private const string A = "10.0.0.1", B = "10.0.0.2", A6 = "2001:db8::1", B6 = "2001:db8::2";

    [Fact]
    public void Frames_of_known_flows_allocate_nothing()
    {
        IReadOnlyList<FrameBuilder> fragments = FrameBuilder.Ethernet().IPv4(A, B).Udp(5, 6).Payload(new byte[64]).Fragments(32, 9);
        FrameBuilder[] kinds =
        [
            FrameBuilder.Ethernet().IPv4(A, B).Tcp(1, 25).Payload("x"), FrameBuilder.Ethernet().IPv4(B, A).Tcp(25, 1), FrameBuilder.Ethernet().IPv4(A, B).Udp(2, 53),
            FrameBuilder.Ethernet().IPv6(A6, B6).Tcp(1, 25), FrameBuilder.Ethernet().IPv6(A6, B6).HopByHop().Udp(2, 53), FrameBuilder.Ethernet().IPv4(A, B).Sctp(3, 4),
            FrameBuilder.Ethernet().IPv4(A, B).IcmpEcho(true, 1, 1), FrameBuilder.Ethernet().IPv4(B, A).IcmpError(3, 3, FrameBuilder.RawIPv4().IPv4(A, B).Udp(2, 53).BuildIpPacket()),
            FrameBuilder.Ethernet().Arp(1, FrameBuilder.FirstMac, A, FrameBuilder.SecondMac, B), FrameBuilder.Ethernet().IPv4(A, B).Protocol(50, new byte[20]),
            .. fragments,
        ];
        TimedFrame[] frames = [.. Enumerable.Range(0, 1000).Select(i => kinds[i % kinds.Length].At(i))];
        using FrameBatch batch = FrameBatches.Of(frames);
        var options = new EngineOptions { Seed = HashSeed.Fixed, KeepCopies = true };
        using var intake = new FrameIntake<CountingSink>(options, new CaptureInterfaces(), new FlowLimits(10_000), new CountingSink([]));
        for (int warmUp = 0; warmUp < 3; warmUp++) intake.Process(batch, 0, frames.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++) intake.Process(batch, 0, frames.Length);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(103_000, intake.Frames.FramesRead);
        Assert.True(intake.Flows.IcmpErrorsOfFlows > 0 && intake.V4.Packets > 50_000 && intake.V6.Packets > 10_000);
    }

    [Fact]
    public void Later_fragments_follow_the_first_in_any_order()
    {
        foreach (FrameBuilder start in new[] { FrameBuilder.Ethernet().IPv4(A, B), FrameBuilder.Ethernet().IPv6(A6, B6) })
        {
            IReadOnlyList<FrameBuilder> parts = start.Udp(1234, 2049).Payload(new byte[100]).Fragments(48, 77);
            foreach (int[] order in new int[][] { [0, 1, 2], [2, 1, 0], [1, 0, 2] })
            {
                EngineRun run = EngineRun.Of(order.Select((part, i) => parts[part].At(1000 + i)));
                Assert.Equal((2049, 3L, 0L), ((int)run.Row.ResponderPort!, run.Row.InitiatorPackets, run.Row.ResponderPackets));
                Assert.Equal(parts.Sum(p => p.Build().Length - 14), run.Row.InitiatorBytes);
                Assert.Equal(1000, run.Row.FirstNs);
                Assert.Empty(run.Report.Accounting.PacketsWithoutFlow);
            }
        }
    }

    [Fact]
    public void Fragments_without_their_first_are_counted_and_open_no_flow()
    {
        IReadOnlyList<FrameBuilder> parts = FrameBuilder.Ethernet().IPv4(A, B).Udp(1234, 2049).Payload(new byte[100]).Fragments(48, 77);
        EngineRun run = EngineRun.Of([parts[1].At(1), parts[2].At(2)]);
        Assert.Empty(run.Rows);
        Assert.Equal([KeyValuePair.Create("fragment-without-first", 2L)], run.Report.Accounting.PacketsWithoutFlow);
        Assert.Equal(2, run.Report.Accounting.FramesDecoded);
    }

    [Fact]
    public void A_first_fragment_more_than_a_minute_later_is_of_another_datagram()
    {
        IReadOnlyList<FrameBuilder> parts = FrameBuilder.Ethernet().IPv4(A, B).Udp(1234, 2049).Payload(new byte[100]).Fragments(48, 77);
        EngineRun run = EngineRun.Of([parts[1].At(0), parts[0].At(60_000_000_001)]);
        Assert.Equal(1, run.Row.InitiatorPackets);
        Assert.Equal([KeyValuePair.Create("fragment-without-first", 1L)], run.Report.Accounting.PacketsWithoutFlow);
    }

    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(1L << 62, -(1L << 62))]
    [InlineData(long.MaxValue, -1)]
    [InlineData(long.MinValue, long.MaxValue)]
    public void Fragments_at_any_two_times_are_accounted(long first, long second)
    {
        IReadOnlyList<FrameBuilder> parts = FrameBuilder.Ethernet().IPv4(A, B).Udp(1234, 2049).Payload(new byte[100]).Fragments(48, 77);
        EngineRun.Of([parts[0].At(first), parts[1].At(second), parts[2].At(first)]);
        EngineRun.Of([parts[1].At(first), parts[0].At(second), parts[2].At(first)]);
    }

    [Fact]
    public void Fragments_of_protocols_without_ports_need_no_first()
    {
        IReadOnlyList<FrameBuilder> v4 = FrameBuilder.Ethernet().IPv4(A, B).Protocol(50, new byte[100]).Fragments(48, 77);
        IReadOnlyList<FrameBuilder> v6 = FrameBuilder.Ethernet().IPv6(A6, B6).Protocol(100, new byte[100]).Fragments(48, 77);
        EngineRun run = EngineRun.Of([v4[2].At(1), v4[1].At(2), v6[1].At(3)]);
        Assert.Equal([(50, 2L), (100, 1L)], run.Rows.Select(r => ((int)r.Transport, r.InitiatorPackets)));
    }

    [Fact]
    public void A_flood_of_fragments_is_counted_in_constant_memory()
    {
        TimedFrame[] flood =
        [
            .. Enumerable.Range(0, 40_000).Select(i => FrameBuilder.RawIPv4()
                .IPv4("10.0.0.1", $"10.{i >> 14}.{(i >> 6) & 255}.{i & 63}", id: (ushort)i, fragmentOffset: 4, protocol: 17).Payload("12345678").At(i)),
        ];
        EngineRun run = EngineRun.Of(flood);
        Assert.Empty(run.Rows);
        Assert.Equal([KeyValuePair.Create("fragment-without-first", 40_000L)], run.Report.Accounting.PacketsWithoutFlow);
    }

    [Fact]
    public void Equal_tuples_in_two_vlans_are_one_flow_unless_asked()
    {
        TimedFrame[] frames = [.. new ushort[] { 5, 6 }.Select((vlan, i) => FrameBuilder.Ethernet().Vlan(vlan).IPv4(A, B).Udp(1, 2).At(i))];
        FlowRow row = EngineRun.Of(frames, options: new EngineOptions { MaxFlows = 1000, KeepCopies = true }).Row;
        Assert.Equal((2L, (ushort?)5), (row.InitiatorPackets, row.Vlan));
        EngineRun apart = EngineRun.Of(frames, options: new EngineOptions { MaxFlows = 1000, VlanInKey = true });
        Assert.Equal([(ushort?)5, (ushort?)6], apart.Rows.Select(r => r.Vlan));
    }

    private readonly struct CountingSink(List<FlowEnd> ends) : IFlowSink
    {
        public bool WantsOpenings => false;

        public void Open(in FlowPayload packet, ref FlowSpeech speech)
        {
        }

        public bool Read(in FlowPayload payload, ref FlowSpeech speech) => false;

        public void Close(in FlowSummary flow, FlowEnd end) => ends.Add(end);
    }
}
