using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>Alone, because what is allocated on all threads is counted.</summary>
[CollectionDefinition(nameof(StageAllocationTests), DisableParallelization = true)]
public sealed class StageAllocation;

[Collection(nameof(StageAllocationTests))]
public sealed class StageAllocationTests
{
    private const string A = "10.0.0.1", B = "10.0.0.2", A6 = "2001:db8::1", B6 = "2001:db8::2";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Frames_of_known_flows_allocate_nothing_on_any_thread(int threads)
    {
        FrameBuilder[] kinds =
        [
            FrameBuilder.Ethernet().IPv4(A, B).Tcp(1, 25).Payload("x"), FrameBuilder.Ethernet().IPv4(B, A).Tcp(25, 1), FrameBuilder.Ethernet().IPv4(A, B).Udp(2, 53),
            FrameBuilder.Ethernet().IPv6(A6, B6).Tcp(1, 25), FrameBuilder.Ethernet().IPv6(A6, B6).HopByHop().Udp(2, 53),
            FrameBuilder.Ethernet().IPv4(B, A).IcmpError(3, 3, FrameBuilder.RawIPv4().IPv4(A, B).Udp(2, 53).BuildIpPacket()),
            .. FrameBuilder.Ethernet().IPv4(B, A).IcmpError(3, 3, FrameBuilder.RawIPv4().IPv4(A, B).Udp(2, 53).Payload(new byte[60]).BuildIpPacket(), 88).Fragments(48, 7),
            FrameBuilder.Ethernet().Arp(1, FrameBuilder.FirstMac, A, FrameBuilder.SecondMac, B),
        ];
        using FrameBatch batch = FrameBatches.Of([.. Enumerable.Range(0, 1000).Select(i => kinds[i % kinds.Length].At(i))]);
        var options = new EngineOptions { Seed = HashSeed.Fixed, KeepCopies = true, Threads = threads, BatchesBeforeThreads = 0 };
        using var intake = new FrameIntake<QuietSink>(options, new CaptureInterfaces(), new FlowLimits(10_000), default);
        intake.Meanwhile = () => false;
        for (int round = 0; round < 200; round++) intake.Process(batch, 0, batch.Count);
        intake.Drain();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int round = 0; round < 1000; round++) intake.Process(batch, 0, batch.Count);
        intake.Drain();

        // What draining and the test's own surroundings take, for a million frames.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64 << 10);
        Assert.Equal(1_200_000, intake.Frames.FramesRead);
        Assert.False(batch.IsHeld);
    }

    private readonly struct QuietSink : IFlowSink
    {
        public bool WantsOpenings => false;

        public void Open(in FlowPayload packet, ref FlowSpeech speech)
        {
        }

        public bool Read(in FlowPayload payload, ref FlowSpeech speech) => false;

        public void Close(in FlowSummary flow, FlowEnd end)
        {
        }
    }
}
