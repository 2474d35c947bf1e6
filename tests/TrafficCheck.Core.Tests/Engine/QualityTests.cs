using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Loss, order, clocks and checksums: what the capture's own figures say of it.</summary>
public sealed class QualityTests
{
    private const string A = "192.0.2.1", B = "198.51.100.2";
    private const long Second = 1_000_000_000, Hour = 3600 * Second, Noon = 1_772_452_800 * Second;

    private static IReadOnlyList<TimedFrame> Session(long startNs = Noon, ushort port = 40000) =>
        new TcpConversation(A, port, B, 25, startNs).Handshake().ServerSends(new string('s', 3000)).ClientSends(new string('c', 3000)).ClientCloses().Frames;

    [Fact]
    public void A_whole_conversation_has_no_gap_and_a_lost_segment_has_its_bytes()
    {
        IReadOnlyList<TimedFrame> frames = Session();
        Assert.Equal((0L, 0L), Gaps(frames));
        int full = frames.ToList().FindIndex(f => f.Bytes.Length > 1400);
        Assert.Equal((1L, 1400L), Gaps([.. frames.Where((_, i) => i != full)]));
    }

    [Fact]
    public void A_segment_that_comes_late_fills_its_gap()
    {
        List<TimedFrame> frames = [.. Session()];
        int full = frames.FindIndex(f => f.Bytes.Length > 1400);
        (frames[full], frames[full + 1]) = (frames[full + 1], frames[full]);
        Assert.Equal((0L, 0L), Gaps(frames));
    }

    [Fact]
    public void A_synack_stored_before_its_syn_gives_what_order_gives()
    {
        List<TimedFrame> frames = [.. Session()];
        var ordered = EngineRun.Of(frames).Row;
        (frames[0], frames[1]) = (frames[1], frames[0]);
        EngineRun run = EngineRun.Of(frames);
        Assert.Equal(ordered with { Rows = run.Row.Rows, CoveredRows = run.Row.CoveredRows }, run.Row);
        Assert.Equal(1, run.Report.Visibility.OutOfOrder);
    }

    [Fact]
    public void The_earliest_packet_began_the_flow_wherever_it_was_stored()
    {
        TimedFrame query = FrameBuilder.Ethernet().Ip(A, B).Udp(5000, 9999).Payload("q").At(Noon), answer = FrameBuilder.Ethernet().Ip(B, A).Udp(9999, 5000).Payload("a").At(Noon + 5);
        Assert.Equal(A, EngineRun.Of([answer, query]).Row.Initiator.ToString());
    }

    [Fact]
    public void A_wrong_time_far_ahead_ends_no_flow()
    {
        List<TimedFrame> frames = [.. Session()];
        frames.Insert(5, FrameBuilder.Ethernet().Ip(A, B).Udp(1, 2).At(Noon + (50_000 * Hour)));
        EngineRun run = EngineRun.Of(frames);
        Assert.Equal(2, run.Rows.Count);
        Assert.Equal((1L, 1L), (run.Report.Visibility.ClockStepsForward, run.Report.Visibility.ClockStepsBack));
        Assert.Equal(frames.Count - 1, run.Rows.Where(r => r.Transport == 6).Sum(r => r.InitiatorPackets + r.ResponderPackets));
    }

    [Fact]
    public void A_clock_set_back_splits_no_flow_and_is_said()
    {
        List<TimedFrame> frames = [.. Session().Select((f, i) => i < 5 ? f : f with { TimestampNs = f.TimestampNs - (5 * Hour) })];
        EngineRun run = EngineRun.Of(frames);
        Assert.Single(run.Rows);
        Assert.Equal(1, run.Report.Visibility.ClockStepsBack);
        Assert.Contains(run.Report.Visibility.Notes, n => n.Contains("set back", StringComparison.Ordinal));
    }

    [Fact]
    public void A_frame_without_time_takes_that_of_the_frame_before()
    {
        List<TimedFrame> frames = [.. Session().Select((f, i) => i == 4 ? f with { TimestampNs = 0 } : f)];
        EngineRun run = EngineRun.Of(frames);
        Assert.Equal(1, run.Report.Visibility.FramesWithoutTime);
        Assert.Equal(Noon, run.Row.FirstNs);
    }

    [Fact]
    public void Late_frames_are_counted_apart()
    {
        List<TimedFrame> frames = [.. Session()];
        frames.Add(FrameBuilder.Ethernet().Ip(A, B).Udp(1, 2).At(Noon - (2 * Second)));
        EngineRun run = EngineRun.Of(frames);
        Assert.Equal((1L, 1L), (run.Report.Visibility.OutOfOrder, run.Report.Visibility.Late));
    }

    [Fact]
    public void One_way_conversations_are_counted_by_interface_and_vlan_and_the_worst_is_said()
    {
        var frames = new List<TimedFrame>();
        var interfaces = new List<ushort>();
        void Add(ushort on, ushort vlan, bool oneWay)
        {
            ushort port = (ushort)(40_000 + frames.Count);
            byte[] Tagged(byte[] f) => vlan == 0 ? f : [.. f[..12], 0x81, 0, (byte)(vlan >> 8), (byte)vlan, .. f[12..]];
            foreach (TimedFrame frame in new TcpConversation(A, port, B, 25, Noon + (frames.Count * 1000)).Handshake().ClientSends("x").ClientCloses().Frames)
            {
                bool fromClient = frame.Bytes.AsSpan(26, 4).SequenceEqual(System.Net.IPAddress.Parse(A).GetAddressBytes());
                if (oneWay && !fromClient) continue;
                byte[] bytes = Tagged(frame.Bytes);
                frames.Add(frame with { Bytes = bytes, WireLength = (uint)bytes.Length });
                interfaces.Add(on);
            }
        }

        for (int i = 0; i < 6; i++) Add(0, 0, oneWay: false);
        for (int i = 0; i < 3; i++) Add(1, 12, oneWay: true);
        Add(1, 12, oneWay: false);
        Add(1, 13, oneWay: true);
        Add(0, 12, oneWay: false);
        VisibilityReport seen = EngineRun.Of(frames, protect: [B], interfaces: interfaces).Report.Visibility;
        Assert.Equal(4.0 / 12, seen.OneWayShare);
        Assert.Equal([("eth1, VLAN 12", 4L, 3L), ("eth1, VLAN 13", 1L, 1L)], seen.OneWayBySegment.Select(s => (s.Segment, s.Conversations, s.OneWay)));
        Assert.Contains("4 of 12 TCP conversations show one direction only: mirror both directions", seen.Notes);
        Assert.Contains("most of them on eth1, VLAN 12: 3 of 4", seen.Notes);
    }

    [Fact]
    public void Connections_are_balanced_by_those_that_begin_and_those_that_are_answered()
    {
        long at = Noon;
        ushort port = 40_000;
        TcpConversation Next() => new(A, port++, B, 25, at += Second);
        IEnumerable<TimedFrame>[] all =
        [
            Next().Handshake().Frames,
            Next().Unanswered().Frames, // three SYNs of one connection
            Next().Refused().Frames,
            Next().SynAck().Frames, // its SYN was not captured
            Next().ClientSends("in the middle").ServerSends("of it").Frames,
        ];
        VisibilityReport seen = EngineRun.Of(TimedFrame.Merge(all), protect: [B]).Report.Visibility;
        Assert.Equal((3L, 2L), (seen.Syns, seen.SynAcks));
    }

    [Theory]
    [InlineData(40, "tcp")] // a byte of the TCP header
    [InlineData(60, "tcp")] // a byte of the payload
    [InlineData(24, "ipv4-header")] // the header's checksum
    public void A_wrong_checksum_is_counted_by_kind_and_keeps_the_packet(int at, string kind)
    {
        TimedFrame frame = FrameBuilder.Ethernet().Ip(A, B, 64, 3).Tcp(40000, 25, TcpFlags.Ack, 1, 1).Payload(new string('x', 200)).At(Noon);
        frame.Bytes[at] ^= 0x55;
        EngineRun run = EngineRun.Of([frame]);
        Assert.Equal([KeyValuePair.Create(kind, 1L)], run.Report.Visibility.BadChecksumsByKind);
        Assert.Equal(1, run.Report.Accounting.PacketsInFlows);
    }

    [Fact]
    public void Checksums_of_every_kind_and_length_are_right_when_nothing_is_changed()
    {
        var frames = new List<TimedFrame>();
        for (int length = 0; length < 300; length++)
        {
            byte[] payload = [.. Enumerable.Range(0, length).Select(i => (byte)((i * 37) + length))];
            frames.Add(FrameBuilder.Ethernet().Ip(A, B, 64, (ushort)length).Tcp(1, 2, TcpFlags.Ack, 1, 1).Payload(payload).At(Noon + length));
            frames.Add(FrameBuilder.Ethernet().Ip(A, B, 64, (ushort)length).Udp(1, 2).Payload(payload).At(Noon + length));
            frames.Add(FrameBuilder.Ethernet().Ip("2001:db8::1", "2001:db8::2").Udp(1, 2).Payload(payload).At(Noon + length));
            frames.Add(FrameBuilder.Ethernet().Ip("2001:db8::1", "2001:db8::2").Tcp(1, 2, TcpFlags.Ack, 1, 1).Payload(payload).At(Noon + length));
        }

        EngineRun run = EngineRun.Of(frames);
        Assert.Empty(run.Report.Visibility.BadChecksumsByKind);
        Assert.Equal(0, run.Report.Visibility.OffloadedChecksums);
    }

    [Fact]
    public void A_checksum_left_to_the_card_is_not_wrong()
    {
        TimedFrame frame = FrameBuilder.Ethernet().Ip(A, B, 64, 3).Udp(1, 2, checksum: 0).Payload("x").At(Noon);
        TimedFrame tcp = FrameBuilder.Ethernet().Ip(A, B, 64, 4).Tcp(1, 2, TcpFlags.Ack, 1, 1).Payload("x").At(Noon);
        tcp.Bytes[14 + 20 + 16] = tcp.Bytes[14 + 20 + 17] = 0;
        EngineRun run = EngineRun.Of([frame, tcp]);
        Assert.Equal((0L, 1L), (run.Report.Visibility.BadChecksums, run.Report.Visibility.OffloadedChecksums));
    }

    [Theory]
    [InlineData(1500 - 28, 0, 0)]
    [InlineData(1501 - 28, 1, 0)]
    [InlineData(9216 - 28, 1, 0)]
    [InlineData(9217 - 28, 1, 1)]
    public void Packets_larger_than_a_link_carries_are_counted_and_said(int payload, long ordinary, long jumbo)
    {
        EngineRun run = EngineRun.Of([FrameBuilder.Ethernet().Ip(A, B).Udp(1, 2).Payload(new byte[payload]).At(Noon)]);
        Assert.Equal((ordinary, jumbo), (run.Report.Visibility.PacketsAbove1500, run.Report.Visibility.PacketsAbove9216));
        Assert.Equal(ordinary > 0, run.Report.Visibility.Notes.Any(n => n.Contains("offload", StringComparison.Ordinal)));
    }

    [Fact]
    public void Time_that_no_input_covers_is_found_whatever_the_order_and_overlap_of_inputs()
    {
        InputSummary[] inputs = [Input(3600, 3700), Input(0, 100), Input(90, 120), Input(20, 30), Input(160, 200), new() { Path = "e", Format = "pcap", LinkTypes = [], Frames = 0, Bytes = 0, Problems = [] }];
        IReadOnlyList<TimeGap> gaps = TimeCoverage.Gaps(inputs);
        Assert.Equal([new TimeGap(Noon + (200 * Second), Noon + (3600 * Second))], gaps); // 40 s between the second and the fourth are a rotation
        Assert.Equal(3400.0 / 3700, TimeCoverage.UncoveredShare(gaps, inputs), 9);
        Assert.Empty(TimeCoverage.Gaps([Input(0, 100)]));
        Assert.Single(TimeCoverage.Gaps([Input(0, 1) with { FirstNs = long.MinValue, LastNs = long.MinValue + 1 }, Input(0, 1) with { FirstNs = long.MaxValue, LastNs = long.MaxValue }]));
    }

    private static InputSummary Input(long first, long last) => new()
    {
        Path = "x",
        Format = "pcap",
        LinkTypes = [LinkType.Ethernet],
        Frames = 2,
        Bytes = 2,
        Problems = [],
        FirstNs = Noon + (first * Second),
        LastNs = Noon + (last * Second),
    };

    private static (long, long) Gaps(IEnumerable<TimedFrame> frames)
    {
        EngineRun run = EngineRun.Of(frames);
        return (run.Report.Visibility.Gaps, run.Report.Visibility.MissingBytes);
    }
}
