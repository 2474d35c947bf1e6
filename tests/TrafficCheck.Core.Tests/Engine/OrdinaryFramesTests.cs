using System.Globalization;
using System.Text;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Tests.Wire;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>The short way for ordinary frames and the long way for all frames find the same, whatever the bytes.</summary>
public sealed class OrdinaryFramesTests
{
    private const string A = "10.0.0.1", B = "10.0.0.2", A6 = "2001:db8::1", B6 = "2001:db8::2";

    [Fact]
    public void Canonical_frames_at_every_length_give_the_same_on_both_ways()
    {
        foreach (CanonicalFrame canonical in CanonicalFrames.All)
        {
            TimedFrame whole = new(1_000, canonical.Bytes, (uint)canonical.Bytes.Length, canonical.LinkType);
            AssertSame([.. Enumerable.Range(0, canonical.Bytes.Length + 1).Select(length => whole.Cut(length) with { TimestampNs = 1_000 + length })]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Changed_cut_and_repeated_frames_give_the_same_on_both_ways(int seed)
    {
        var random = new Random(seed);
        byte[][] kinds = [.. Kinds().Select(f => f.Build())];
        for (int round = 0; round < 40; round++)
        {
            var frames = new List<TimedFrame>();
            for (int i = 0; i < 300; i++)
            {
                byte[] bytes = [.. kinds[random.Next(kinds.Length)]];
                if (frames.Count > 0 && random.Next(8) == 0) bytes = [.. frames[random.Next(frames.Count)].Bytes];
                for (int changes = bytes.Length == 0 ? 0 : random.Next(4); changes > 1; changes--) bytes[random.Next(Math.Min(bytes.Length, 80))] = (byte)random.Next(256);
                int length = random.Next(3) == 0 ? random.Next(bytes.Length + 1) : bytes.Length;
                uint wire = random.Next(20) == 0 ? (uint)random.Next(2000) : (uint)bytes.Length;
                frames.Add(new TimedFrame(random.Next(50) * 200_000L + i, bytes[..length], wire, LinkType.Ethernet));
            }

            AssertSame(frames);
        }
    }

    [Fact]
    public void What_most_frames_are_takes_the_short_way()
    {
        TimedFrame[] ordinary =
        [
            FrameBuilder.Ethernet().IPv4(A, B).Tcp(1, 25).PadTo().At(1), FrameBuilder.Ethernet().Vlan(7).IPv4(A, B).Tcp(1, 25).Payload("hello").At(2),
            FrameBuilder.Ethernet().IPv4(A, B).Udp(1, 53).Payload("a question of some length").At(3), FrameBuilder.Ethernet().IPv6(A6, B6).Tcp(1, 25).At(4),
            FrameBuilder.Ethernet().Vlan(7).IPv6(A6, B6).Udp(1, 53).Payload("a question").PadTo(90).At(5),
            FrameBuilder.Ethernet().IPv4(A, B).Tcp(1, 25).Payload(new byte[900]).At(6).Cut(96),
        ];
        TimedFrame[] others =
        [
            FrameBuilder.Ethernet().ServiceVlan(3).Vlan(7).IPv4(A, B).Tcp(1, 25).At(7), FrameBuilder.Ethernet().IPv6(A6, B6).HopByHop().Udp(2, 53).At(8),
            FrameBuilder.Ethernet().IPv4(A, B).Udp(1, 4789).Payload(new byte[50]).At(9), FrameBuilder.Ethernet().IPv4(A, B).IcmpEcho(true, 1, 1).At(10),
            FrameBuilder.Cooked1().IPv4(A, B).Tcp(1, 25).At(11),
        ];
        var (shortWay, _) = Both([.. ordinary, .. others]);
        Assert.Equal(ordinary.Length, shortWay.Ordinary);
    }

    [Fact]
    public void What_is_not_ordinary_keeps_its_place_among_the_others()
    {
        // The error quotes the datagram before it in the same block, and none of its flow comes later.
        FrameBuilder datagram = FrameBuilder.Ethernet().IPv4(A, B).Udp(5000, 161).Payload("is anybody there, hello?");
        byte[] quoted = FrameBuilder.RawIPv4().IPv4(A, B).Udp(5000, 161).Payload("is anybody there, hello?").BuildIpPacket();
        var (found, expected) = Both([datagram.At(1), FrameBuilder.Ethernet().IPv4(B, A).IcmpError(3, 3, quoted).At(2), datagram.At(3)]);
        Assert.Equal(1, found.Errors);
        Assert.Equal(expected.Text, found.Text);
    }

    private static IEnumerable<FrameBuilder> Kinds()
    {
        byte[] data = [.. Enumerable.Range(0, 700).Select(i => (byte)(i * 7))];
        foreach (FrameBuilder link in new[] { FrameBuilder.Ethernet(), FrameBuilder.Ethernet().Vlan(12) })
        {
            for (ushort port = 1; port < 4; port++)
            {
                FrameBuilder v4 = link.IPv4(A, B, id: port), back = link.IPv4(B, A), v6 = link.IPv6(A6, B6), back6 = link.IPv6(B6, A6);
                yield return v4.Tcp(port, 25).PadTo();
                yield return back.Tcp(25, port).Payload(data);
                yield return v4.Udp(port, 53).Payload(data.AsSpan(0, 30));
                yield return back.Udp(53, port).Payload(data.AsSpan(0, 90));
                yield return v4.Udp(port, 9).PadTo();
                yield return v4.Udp(port, 4789).Payload(data.AsSpan(0, 60));
                yield return v6.Tcp(port, 25).Payload(data.AsSpan(0, 40));
                yield return back6.Tcp(25, port);
                yield return v6.Udp(port, 53).Payload(data.AsSpan(0, 45));
                yield return v4.IcmpEcho(true, port, 1);
                yield return link.IPv4(A, B, fragmentOffset: 4, protocol: 17).Payload(data.AsSpan(0, 60));
            }
        }
    }

    private static void AssertSame(IReadOnlyList<TimedFrame> frames)
    {
        var (found, expected) = Both(frames);
        Assert.Equal(expected.Text, found.Text);
    }

    private static (Found ShortWay, Found LongWay) Both(IReadOnlyList<TimedFrame> frames) => (Take(frames, shortWay: true), Take(frames, shortWay: false));

    private static Found Take(IReadOnlyList<TimedFrame> frames, bool shortWay)
    {
        using FrameBatch batch = FrameBatches.Of(frames, [.. frames.Select((_, i) => (ushort)(i / 100))]);
        var lines = new List<string>();
        var interfaces = new CaptureInterfaces();
        using var intake = new FrameIntake<WritingSink>(new EngineOptions { Seed = HashSeed.Fixed, ReadSpeech = true }, interfaces, new FlowLimits(10_000), new WritingSink(lines),
            takesShortWay: shortWay);
        intake.Process(batch, 0, frames.Count);
        intake.End();

        // Families have tables of their own, and which of them is served first is nobody's concern.
        lines.Sort(StringComparer.Ordinal);
        var text = new StringBuilder().AppendJoin('\n', lines).AppendLine();
        text.AppendJoin(' ', intake.Frames.Statuses.ToArray()).AppendLine().AppendJoin(' ', intake.Frames.Oddities.ToList()).AppendLine();
        ChecksumCounts sums = intake.Frames.BadChecksums;
        text.Append(CultureInfo.InvariantCulture, $"sums {sums.Ipv4Header} {sums.Tcp} {sums.Udp} {sums.Icmp} {sums.Offloaded} cut {intake.Frames.PacketsCut} ")
            .Append(CultureInfo.InvariantCulture, $"large {intake.Frames.Large.AboveOrdinary} {intake.Frames.Large.AboveJumbo} copies ")
            .AppendJoin(' ', intake.Frames.Copies!.ByKind.ToArray()).AppendJoin(' ', intake.Frames.Copies.Pairs.OrderBy(p => p.Key).Select(p => p.ToString()))
            .Append(CultureInfo.InvariantCulture, $" read {intake.Frames.FramesRead} errors {intake.Flows.IcmpErrorsOfFlows} clock {intake.Frames.Clock.OutOfOrder} {intake.Frames.Clock.NowNs}");
        return new(text.ToString(), intake.Frames.OrdinaryFramesRead, intake.Flows.IcmpErrorsOfFlows);
    }

    private sealed record Found(string Text, long Ordinary, long Errors);

    /// <summary>Writes down all that reaches the flows.</summary>
    private readonly struct WritingSink(List<string> lines) : IFlowSink
    {
        public bool WantsOpenings => true;

        public void Open(in FlowPayload packet, ref FlowSpeech speech) => Write("open", in packet);

        public bool Read(in FlowPayload payload, ref FlowSpeech speech)
        {
            Write("read", in payload);
            return true;
        }

        public void Close(in FlowSummary flow, FlowEnd end) => lines.Add($"{flow} {end}");

        private void Write(string what, in FlowPayload packet) => lines.Add(string.Create(CultureInfo.InvariantCulture,
            $"{what} {packet.Ends} {packet.Protocol} {packet.FromHigh} {packet.Marks} {packet.TimestampNs} {packet.Frame} {packet.Sequence} {Convert.ToHexString(packet.Bytes)}"));
    }
}
