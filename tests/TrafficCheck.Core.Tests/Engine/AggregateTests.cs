using System.Runtime.CompilerServices;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.TestSupport.Frames.WirelessFrames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>802.11 frames that carry several packets: each counts, in its flow, and the accounts add up (which every run checks).</summary>
public sealed class AggregateTests
{
    private const string Client = "192.0.2.7", Server = "10.0.0.5";

    private static readonly byte[] s_arp = Snap([0, 1, 8, 0, 6, 4, 0, 1, .. new byte[20]], 0x0806);

    private static byte[] Udp(ushort port, string text = "x") => Snap(FrameBuilder.RawIp().IPv4(Client, Server, id: port).Udp(port, 53).Payload(text));

    [Fact]
    public void Every_part_is_a_packet_of_its_own_flow()
    {
        byte[] v6 = Snap(FrameBuilder.RawIp().IPv6("2001:db8::7", "2001:db8::5").Tcp(40001, 25, TcpFlags.Syn));
        EngineRun run = EngineRun.Of([Aggregate(Udp(1), Udp(2, "odd"), v6, Udp(1, "again")).At(1), Aggregate(Udp(3)).At(2), Qos(Udp(4)).At(3)]);
        Assert.Equal(
            ["1 2 1", "2 1 1", "3 1 2", "4 1 3", "40001 1 1"],
            run.Rows.Select(r => FormattableString.Invariant($"{r.InitiatorPort} {r.InitiatorPackets} {r.FirstNs}")).Order(StringComparer.Ordinal));
        Assert.Equal(EvidenceMethod.Syn, run.Rows.Single(r => r.InitiatorPort == 40001).Evidence);
        AccountingReport counted = run.Report.Accounting;
        Assert.Equal((3L, 3L, 3L, 6L), (counted.FramesRead, counted.FramesDecoded, counted.FurtherPackets, counted.PacketsInFlows));
        Assert.Equal([KeyValuePair.Create("aggregate", 2L)], counted.Oddities);
    }

    [Fact]
    public void Parts_without_a_packet_are_counted_by_name_also_as_the_first()
    {
        EngineRun run = EngineRun.Of([Aggregate(Udp(1), s_arp, Udp(2)).At(1), Aggregate(s_arp, Udp(3), s_arp).At(2)]);
        AccountingReport counted = run.Report.Accounting;
        Assert.Equal((2L, 1L, 2L, 3L), (counted.FramesRead, counted.FramesDecoded, counted.FurtherPackets, counted.PacketsInFlows));
        Assert.Equal([KeyValuePair.Create("arp", 1L)], counted.FramesNotDecoded);
        Assert.Equal([KeyValuePair.Create("arp", 2L)], counted.FurtherPartsNotDecoded);
    }

    [Fact]
    public void Copies_fragments_errors_and_tunnels_in_parts_are_what_they_are_elsewhere()
    {
        FrameBuilder datagram = FrameBuilder.RawIp().IPv4(Client, Server).Udp(9, 53).Payload(new byte[64]);
        byte[][] fragments = [.. datagram.Fragments(32, 77).Select(f => Snap(f))];
        byte[] error = Snap(FrameBuilder.RawIp().IPv4(Server, Client).IcmpError(3, 3, datagram.BuildIpPacket()));
        byte[] tunnel = Snap(FrameBuilder.RawIp().IPv4("10.9.0.1", "10.9.0.2").Protocol(4, FrameBuilder.RawIp().IPv4(Client, Server).Tcp(5, 6, TcpFlags.Syn).Build()));
        TimedFrame[] frames = [Aggregate(fragments[1], fragments[2], tunnel, fragments[0]).At(1), Aggregate(Udp(1), Udp(1), error).At(2), Aggregate(error, Udp(2)).At(3)];
        EngineRun run = EngineRun.Of(frames);
        AccountingReport counted = run.Report.Accounting;
        Assert.Equal(2, counted.Duplicates);
        Assert.Equal([KeyValuePair.Create("icmp-error-of-known-flow", 1L)], counted.PacketsWithoutFlow);
        Assert.Equal([(1, 1L), (2, 1L), (5, 1L), (9, 3L)], run.Rows.Select(r => ((int)r.InitiatorPort!, r.InitiatorPackets)).Order());
        Assert.Equal(Outcome.Unreachable, run.Rows.Single(r => r.InitiatorPort == 9).Outcome);
    }

    [Fact]
    public void What_is_cut_or_too_many_is_named()
    {
        byte[] three = Aggregate(Udp(1), Udp(2), Udp(3));
        for (int length = 0; length <= three.Length; length++)
        {
            AccountingReport cut = EngineRun.Of([new TimedFrame(1, three[..length], (uint)three.Length, LinkType.Ieee80211)]).Report.Accounting;
            bool read = cut.FramesDecoded == 1;
            if (length == three.Length) Assert.Equal([KeyValuePair.Create("aggregate", 1L)], cut.Oddities);
            else Assert.True(!read || cut.Oddities.Contains(KeyValuePair.Create("aggregate-read-in-part", 1L)), $"{length} bytes");
        }

        // 10 000 parts of nothing, and as many as are read: linear time, named.
        byte[] empty = Aggregate(Enumerable.Repeat(Array.Empty<byte>(), 4000).ToArray());
        AccountingReport many = EngineRun.Of([empty.At(1), Aggregate([.. Enumerable.Range(1, 300).Select(i => Udp((ushort)i))]).At(2)]).Report.Accounting;
        Assert.Equal(KeyValuePair.Create("aggregate-read-in-part", 2L), many.Oddities.Single(o => o.Key == "aggregate-read-in-part"));
        Assert.Equal(FrameDecoder.MaxParts - 1, many.FurtherPackets);
        Assert.Equal(FrameDecoder.MaxParts - 1, many.FurtherPartsNotDecoded.Single(p => p.Key == "link-header-cut").Value);

        // A frame check sequence behind the last part is no part.
        Assert.Equal([KeyValuePair.Create("aggregate", 1L)], EngineRun.Of([((byte[])[.. three, 1, 2, 3, 4]).At(1)]).Report.Accounting.Oddities);
    }

    [Fact]
    public void The_cut_into_batches_and_the_frames_around_do_not_show()
    {
        var random = new Random(11);
        TimedFrame[] frames = [.. Enumerable.Range(0, 600).Select(i => random.Next(3) == 0
            ? FrameBuilder.Ethernet().IPv4(Client, Server, id: (ushort)i).Udp((ushort)random.Next(1, 9), 53).Payload("e").At(i * 1000)
            : Aggregate([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(4) == 0 ? s_arp : Udp((ushort)random.Next(1, 9), "t" + i))]).At(i * 1000))];
        string[] Rows(int chunk) => [.. EngineRun.Of(frames, chunk: chunk).Rows.Select(r => r.ToString())];
        string[] whole = Rows(int.MaxValue);
        foreach (int chunk in new[] { 1, 7, 64, 65 }) Assert.Equal(whole, Rows(chunk));
    }

    [Fact]
    public void Explain_shows_all_parts_with_their_flows()
    {
        byte[][] fragments = [.. FrameBuilder.RawIp().IPv4(Client, Server).Udp(9, 53).Payload(new byte[64]).Fragments(32, 77).Select(f => Snap(f))];
        TimedFrame[] frames = [Aggregate(Udp(1), s_arp, Udp(1), fragments[1]).At(1), Aggregate(fragments[0], Udp(2)).At(2)];
        FrameExplanation explained = Explain(frames, 1);
        Assert.True(explained.WalkAgrees);
        Assert.Equal(4, explained.Parts.Count);
        Assert.Equal([1, null, 1, 9], explained.Parts.Select(p => (int?)p.Flow?.InitiatorPort));
        Assert.Equal("a-msdu subframe", explained.Parts[3].Walk.Layers[0].Name);
        Assert.Contains("counted as arp", explained.Parts[1].WithoutFlow, StringComparison.Ordinal);
        Assert.Contains("a copy", explained.Parts[2].WithoutFlow, StringComparison.Ordinal);
        Assert.Contains("it waited", explained.Parts[3].Fragment!.Decision, StringComparison.Ordinal);
        Assert.Equal([9, 2], Explain(frames, 2).Parts.Select(p => (int)p.Flow!.InitiatorPort!));
    }

    [Fact]
    public void The_summary_of_a_packet_does_not_grow_by_it() => Assert.Equal(64, Unsafe.SizeOf<PacketSummary>());

    private static FrameExplanation Explain(TimedFrame[] frames, long number)
    {
        using FrameBatch batch = FrameBatches.Of(frames);
        using var trace = new FrameTrace(ExplainedFrame.From(batch, (int)number - 1, number), null, [], new CaptureInterfaces(), new EngineOptions { Seed = HashSeed.Fixed, MaxFlows = 100 });
        trace.Process(batch, 0, batch.Count);
        return trace.Finish([new InputSummary { Path = "test", Format = "pcap", LinkTypes = [], Frames = frames.Length, Bytes = 0, Problems = [] }]);
    }
}
