using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live.Evidence;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Live.Tests.Evidence.FrameRuns;

namespace TrafficCheck.Live.Tests.Evidence;

public sealed unsafe class FirstFramesTests
{
    private static readonly EvidenceOptions s_options = new() { Folder = "unused", Seed = HashSeed.Fixed };

    [Fact]
    public void The_first_frames_of_each_flow_are_kept_whichever_way_they_go()
    {
        TimedFrame[] frames = [.. Enumerable.Range(0, 20).SelectMany(i => new[]
        {
            FrameBuilder.Ethernet().IPv4("192.0.2.1", "10.0.0.5").Tcp(4000, 80).Payload("a").At(Start + (2 * i)),
            FrameBuilder.Ethernet().Vlan(20).IPv4("10.0.0.5", "192.0.2.1").Tcp(80, 4000).Payload("b").At(Start + (2 * i) + 1),
        })];
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Kept(frames, 1));
        Assert.Equal([3, 4, 5, 6, 7, 8], Kept(frames, 3));
    }

    [Fact]
    public void What_belongs_to_a_flow_inside_tunnels_fragments_and_errors_is_found()
    {
        byte[] packet = FrameBuilder.RawIp().IPv4("192.0.2.1", "10.0.0.5").Udp(4000, 53).Payload("x").Build();
        List<TimedFrame> frames = [FrameBuilder.Ethernet().IPv4("192.0.2.1", "10.0.0.5").Udp(4000, 53).Payload("x").At(Start)];
        frames.Add(FrameBuilder.Ethernet().IPv4("198.51.100.1", "198.51.100.2").Protocol(4, packet).At(Start + 1)); // IP in IP
        frames.AddRange(FrameBuilder.Ethernet().IPv4("192.0.2.1", "10.0.0.5").Udp(4000, 53).Payload(new string('x', 3000)).Fragments(1400, 7).Select((f, i) => f.At(Start + 2 + i)));
        frames.Add(FrameBuilder.Ethernet().IPv4("198.51.100.9", "192.0.2.1").IcmpError(3, 1, packet).At(Start + 9));
        frames.Add(FrameBuilder.Ethernet().IPv4("192.0.2.77", "10.0.0.5").Udp(4000, 53).Payload("other").At(Start + 10));
        Assert.Equal(Enumerable.Range(1, frames.Count - 1).Select(i => (long)i), Kept([.. frames], 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_ordinary_frame_has_the_flow_that_the_decoder_gives_it(bool vlanInKey)
    {
        var random = new Random(3);
        using var hashes = new FlowHashes(HashSeed.Fixed, s_options with { VlanInKey = vlanInKey });
        int ordinary = 0;
        for (int i = 0; i < 2000; i++)
        {
            FrameBuilder builder = FrameBuilder.Ethernet();
            if (i % 2 == 0) builder = builder.Vlan((ushort)random.Next(1, 4095));
            builder = builder.IPv4($"10.0.{random.Next(256)}.{random.Next(256)}", $"10.0.{random.Next(256)}.{random.Next(256)}");
            builder = i % 3 == 0 ? builder.Udp((ushort)random.Next(65536), (ushort)random.Next(65536)) : builder.Tcp((ushort)random.Next(65536), (ushort)random.Next(65536), flags: (TcpFlags)random.Next(64));
            using FrameBatch batch = Batch(builder.Payload(new byte[random.Next(30)]).At(Start));
            FrameDescriptor frame = batch.Frames[0];
            DecodeStatus status = hashes.Decode(batch.Buffer, in frame, out PacketSummary packet);
            ulong flow = hashes.OfOrdinary(batch.Buffer, in frame, out byte flags);
            if (flow == 0) continue;
            ordinary++;
            Assert.Equal((hashes.Of(status, in packet, 0, out _), packet.TcpFlags), (flow, flags));
        }

        Assert.InRange(ordinary, 1500, 2000);
    }

    [Fact]
    public void A_port_that_is_used_again_begins_a_new_flow()
    {
        TimedFrame Segment(int second, TcpFlags flags) => FrameBuilder.Ethernet().IPv4("192.0.2.1", "10.0.0.5").Tcp(4000, 80, flags: flags).At(Start + (second * 1_000_000_000L));
        TimedFrame[] frames = [.. Enumerable.Range(0, 10).Select(_ => Segment(0, TcpFlags.Ack)), Segment(5, TcpFlags.Syn), Segment(5, TcpFlags.Ack), .. Enumerable.Range(0, 10).Select(_ => Segment(400, TcpFlags.Ack))];
        Assert.Equal([11, 12, 13, 14, 15, 16, 17, 18], Kept(frames, 11).Take(8));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Kept(frames, 1));
        Assert.Equal([13, 14, 15, 16, 17, 18, 19, 20], Kept(frames, 13));
    }

    [Fact]
    public void The_oldest_frames_go_and_what_is_found_has_its_own_bytes()
    {
        using var store = new FirstFrames(s_options with { StoreBytes = 1 << 18, MostFlows = 100 });
        using var hashes = new FlowHashes(HashSeed.Fixed, s_options);
        var taker = new FrameTaker(hashes, store);
        for (int i = 0; i < 40; i++)
        {
            using FrameBatch batch = Batch([.. Enumerable.Range(i * 100, 100).Select(n => Udp(n, n, $"payload {n}" + new string('.', n % 1400), port: (ushort)(1000 + n)))]);
            taker.Take(batch, 0, batch.Count, 1 + (i * 100));
        }

        Assert.False(store.TryFind(1, out _));
        Assert.False(store.TryFind(4001, out _));
        long oldest = 4001 - store.Count;
        Assert.InRange(store.Count, 100, 1100);
        for (long number = oldest; number <= 4000; number++)
        {
            Assert.True(store.TryFind(number, out StoredFrame frame));
            Assert.Contains($"payload {number - 1}.", System.Text.Encoding.ASCII.GetString(store.BytesOf(in frame)) + ".", StringComparison.Ordinal);
            List<StoredFrame> flow = [];
            store.AddFramesOf(frame.Flow, number, flow);
            Assert.True(flow.Count == 0 || (flow.Count == 1 && flow[0].Number == number));
        }
    }

    [Fact]
    public void A_flood_does_not_push_out_what_was_kept_of_others()
    {
        using var store = new FirstFrames(s_options with { StoreBytes = 1 << 20 });
        using var hashes = new FlowHashes(HashSeed.Fixed, s_options);
        var taker = new FrameTaker(hashes, store);
        long number = 1;
        void Send(params IReadOnlyList<TimedFrame> frames)
        {
            using FrameBatch batch = Batch(frames);
            taker.Take(batch, 0, batch.Count, number);
            number += batch.Count;
        }

        // A flood of one socket from ever new ports and hosts, and within it conversations that have nothing in common with it.
        List<long> others = [];
        for (int i = 0; i < 300; i++)
        {
            Send([.. Enumerable.Range(0, 100).Select(n => Udp((i * 100) + n, i, port: 80))]);
            if (i < 200) continue;
            others.Add(number);
            Send(Udp(1, i, port: (ushort)(1000 + i), server: $"10.0.1.{i & 255}"));
        }

        Assert.All(others, n => Assert.True(store.TryFind(n, out _)));
    }

    [Fact]
    public void Any_bytes_are_taken_without_harm()
    {
        var random = new Random(11);
        using var store = new FirstFrames(s_options with { StoreBytes = 1 << 20, MostFlows = 1000 });
        using var hashes = new FlowHashes(HashSeed.Fixed, s_options);
        var taker = new FrameTaker(hashes, store);
        byte[] sound = FrameBuilder.Ethernet().Vlan(3).IPv6("2001:db8::1", "2001:db8::2").Tcp(1, 2).Payload("x").Build();
        for (int i = 0; i < 300; i++)
        {
            using FrameBatch batch = Batch([.. Enumerable.Range(0, 50).Select(_ =>
            {
                byte[] bytes = [.. sound];
                for (int n = 0; n < 4; n++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return new TimedFrame(random.NextInt64(long.MinValue, long.MaxValue), bytes[..random.Next(bytes.Length)], (uint)random.Next(), (LinkType)random.Next(0, 300));
            })]);
            taker.Take(batch, 0, batch.Count, random.NextInt64());
            List<StoredFrame> found = [];
            store.AddFramesOf((ulong)random.NextInt64() | 1, random.NextInt64(), found);
            store.TryFind(random.NextInt64(), out _);
        }
    }

    /// <summary>Numbers of the frames that are kept of the flow that a frame belongs to, from it on.</summary>
    private static List<long> Kept(TimedFrame[] frames, long from)
    {
        using var store = new FirstFrames(s_options with { StoreBytes = 1 << 22 });
        using var hashes = new FlowHashes(HashSeed.Fixed, s_options);
        using FrameBatch batch = Batch(frames);
        new FrameTaker(hashes, store).Take(batch, 0, batch.Count, 1);
        Assert.True(store.TryFind(from, out StoredFrame first));
        List<StoredFrame> found = [];
        store.AddFramesOf(first.Flow, from, found);
        return [.. found.Select(f => f.Number)];
    }
}
