using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;
using static TrafficCheck.TestSupport.Frames.WirelessFrames;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>More of everything than a batch between the stages has room for, and engines that end before their input does.</summary>
public sealed unsafe class StageLimitTests
{
    public static TheoryData<string> Floods => ["errors", "fragmented errors", "answers", "tunnels", "aggregates of tunnels", "no packets", "large", "copies"];

    private static IEnumerable<TimedFrame> Flood(string kind) => Enumerable.Range(0, kind.StartsWith("agg", StringComparison.Ordinal) ? 40 : 5000).SelectMany(i =>
    {
        string peer = $"192.0.2.{i % 250}", peer6 = $"2001:db8::{i % 250:x}";
        FrameBuilder datagram = FrameBuilder.RawIPv4().IPv4(Host, peer, id: (ushort)i).Udp((ushort)i, 161).Payload("x"), v6 = FrameBuilder.RawIPv6().IPv6(peer6, "2001:db8::ffff").Udp(9, (ushort)i);
        FrameBuilder error = i % 2 == 0
            ? FrameBuilder.Ethernet().IPv4(peer, Host, id: (ushort)i).IcmpError(3, 3, datagram.BuildIpPacket(), 29)
            : FrameBuilder.Ethernet().IPv6(peer6, "2001:db8::ffff").Icmp6Error(1, 4, v6.BuildIpPacket());
        FrameBuilder tunnel = FrameBuilder.Ethernet().IPv4("172.16.0.1", "172.16.0.2", id: (ushort)i).Protocol(i % 2 == 0 ? (byte)4 : (byte)41, (i % 2 == 0 ? datagram : v6).BuildIpPacket());
        return kind switch
        {
            "errors" => [error.At(i)],
            "fragmented errors" => error.Fragments(24, (uint)i).Reverse().Select(f => f.At(i)),
            "answers" => [FrameBuilder.Ethernet().IPv4(peer, Host, id: (ushort)i).Udp(53, (ushort)i).Payload(DnsBytes.Response("shop.example.net").Address("shop.example.net", $"198.51.{i / 250}.{i % 250}").ToArray()).At(i)],
            "tunnels" => [tunnel.At(i)],
            "aggregates of tunnels" => [Aggregate([.. Enumerable.Range(0, 256).Select(n => Snap(n % 9 == 0 ? error : tunnel))]).At(i * 10_000_000L)],
            "no packets" => [FrameBuilder.Ethernet().Arp(1, FrameBuilder.FirstMac, Host, FrameBuilder.SecondMac, peer).At(i)],
            "large" => i < 60 ? [FrameBuilder.Ethernet().IPv4(Host, peer, id: (ushort)i).Udp(7, (ushort)(i % 5)).Payload(new byte[60_000]).At(i)] : Array.Empty<TimedFrame>(),
            _ => Enumerable.Repeat(FrameBuilder.Ethernet().IPv4(Host, peer, id: (ushort)(i / 50)).Udp(7, (ushort)(i % 5)).Payload("copy").At(i), i % 7),
        };
    });

    [Theory]
    [MemberData(nameof(Floods))]
    public void A_flood_of_one_kind_is_the_same_on_every_way(string kind) => StageThreadTests.InTime(() =>
    {
        TimedFrame[] frames = [.. Flood(kind)];
        ushort[] interfaces = [.. frames.Select((_, i) => (ushort)(i / 1000 % 3))];
        foreach (long maxFlows in new long[] { 100_000, 300 })
        {
            string expected = StagedRun.Of(frames, interfaces, 1, maxFlows);
            Assert.Equal(expected, StagedRun.Of(frames, interfaces, 3, maxFlows));
            Assert.Equal(expected, StagedRun.Of(frames, interfaces, 2, maxFlows, cut: 5));
            Assert.Equal(expected, StagedRun.Of(frames, interfaces, 1, maxFlows, cut: 6));
        }
    });

    /// <summary>The step is borne out, or taken back, in the midst of what was one batch.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(200)]
    public void A_clock_that_jumps_and_comes_back_ends_the_same_flows_wherever_the_input_is_cut(int inJump)
    {
        const long Second = 1_000_000_000, Hour = 3600 * Second;
        TimedFrame[] frames =
        [
            .. Enumerable.Range(0, 900).Select(i =>
            {
                long time = (1000 * Second) + i + (i >= 300 && i < 300 + inJump ? 2 * Hour : 0);
                return FrameBuilder.Ethernet().IPv4(Host, $"192.0.2.{(i < 300 ? i % 100 : i < 600 ? 200 : i % 100)}", id: (ushort)i).Udp(7, 8).Payload("x").At(time);
            }),
        ];
        var interfaces = new ushort[frames.Length];
        string expected = StagedRun.Of(frames, interfaces, 1);
        for (int cut = 0; cut < 8; cut++) Assert.Equal(expected, StagedRun.Of(frames, interfaces, 1 + (cut % 3), cut: cut));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_sink_that_fails_ends_the_run_with_its_failure(int threads) => StageThreadTests.InTime(() =>
    {
        foreach (int flow in new[] { 1, 700, 2999 })
        {
            var frames = Opened(3000, out CaptureInterfaces interfaces, out EngineOptions options, threads);
            using (frames)
            {
                var engine = new CheckEngine(MatrixOf(Allow("R", 1)), [[Network(Host)]], interfaces, options, keepRows: false, new FailingSink(flow));
                IOException failure = Assert.Throws<IOException>(() =>
                {
                    for (int round = 0; round < 30; round++) engine.Process(frames, 0, frames.Count);
                    engine.Finish([], [], new ExitRules());
                });
                Assert.Equal("no room", failure.Message);
                engine.Dispose();
                engine.Dispose();
                Assert.False(frames.IsHeld);
            }
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_engine_that_goes_in_the_middle_of_a_run_lets_go_of_all_frames(int threads) => StageThreadTests.InTime(() =>
    {
        for (int stop = 1; stop < 3000; stop += 599)
        {
            FrameBatch frames = Opened(3000, out CaptureInterfaces interfaces, out EngineOptions options, threads);
            var engine = new CheckEngine(MatrixOf(Allow("R", 1)), [[Network(Host)]], interfaces, options, keepRows: true);
            engine.Meanwhile = () => false;
            engine.Process(frames, 0, frames.Count);
            engine.Process(frames, 0, stop);
            frames.Dispose();
            engine.Dispose();
            Assert.True(frames.Buffer == null);
            engine.Dispose();
        }
    });

    /// <summary>More flows than may be live, so that they end, and are summed, all the time.</summary>
    private static FrameBatch Opened(int flows, out CaptureInterfaces interfaces, out EngineOptions options, int threads)
    {
        interfaces = new CaptureInterfaces();
        interfaces.Add(new CaptureInterface(0, 0, null, LinkType.Ethernet, 0));
        options = new EngineOptions { MaxFlows = 500, Seed = HashSeed.Fixed, Threads = threads, BatchesBeforeThreads = 0, KeepCopies = true };
        return FrameBatches.Of([.. Enumerable.Range(0, flows).Select(i => FrameBuilder.Ethernet().IPv4(Host, $"192.0.{2 + (i / 250)}.{i % 250}").Tcp(1000, 25, TcpFlags.Syn).At(i))]);
    }

    private sealed class FailingSink(int at) : IJudgedFlowSink
    {
        private int _flows;

        public void Add(in FlowSummary flow, in Judgement judgement)
        {
            if (++_flows >= at) throw new IOException("no room");
        }
    }
}
