using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Fragments as attackers and odd stacks send them: every one is counted, and ports come from the first only.</summary>
public sealed class FragmentTests
{
    private const string A = "192.0.2.7", B = "10.0.0.5";
    private const byte Tcp = 6;

    private static readonly byte[] s_segment = FrameBuilder.RawIp().IPv4(A, B).Tcp(4000, 25, TcpFlags.Syn).Payload(new byte[40]).Build()[20..];

    private static FrameBuilder Part(int offset, int length, bool more) =>
        FrameBuilder.Ethernet().IPv4(A, B, id: 9, moreFragments: more, fragmentOffset: (ushort)(offset / 8), protocol: Tcp).Payload(s_segment.AsSpan(offset, length));

    [Fact]
    public void Overlapping_fragments_are_all_counted_to_the_flow_of_the_first()
    {
        // The second covers ports and flags of the first once more from byte 8, the third lies within both.
        FlowRow row = EngineRun.Of([Part(0, 32, true).At(1), Part(8, 48, true).At(2), Part(16, 16, true).At(3), Part(48, 12, false).At(4)]).Row;
        Assert.Equal((4000, 25, 4L, 32L + 48 + 16 + 12 + 80), ((int)row.InitiatorPort!, (int)row.ResponderPort!, row.InitiatorPackets, row.InitiatorBytes));
    }

    [Fact]
    public void A_tiny_first_fragment_has_ports_and_no_flags_and_says_so()
    {
        EngineRun run = EngineRun.Of([Part(0, 8, true).At(1), Part(8, 52, false).At(2)]);
        Assert.Equal((25, 2L), ((int)run.Row.ResponderPort!, run.Row.InitiatorPackets));
        Assert.Equal(["tcp-flags-missing"], run.Report.Accounting.Oddities.Select(o => o.Key));
    }

    [Fact]
    public void A_first_fragment_that_ends_before_the_ports_leaves_its_datagram_without_flow_by_name()
    {
        // Of the transport the first fragment has nothing: an extension header fills it.
        FrameBuilder whole = FrameBuilder.Ethernet().IPv6("2001:db8::7", "2001:db8::5").Fragment(0, true, 5).DestinationOptions();
        FrameBuilder later = FrameBuilder.Ethernet().IPv6("2001:db8::7", "2001:db8::5").Fragment(1, false, 5, 60).Payload(s_segment);
        EngineRun run = EngineRun.Of([whole.Payload([]).At(1), later.At(2)]);
        Assert.Equal(2, run.Report.Accounting.PacketsWithoutFlow.Sum(p => p.Value) + run.Report.Accounting.PacketsInFlows);
        Assert.DoesNotContain(run.Rows, r => r.ResponderPort == 25);
    }

    [Theory]
    [InlineData("first before", 0, 1, 2)]
    [InlineData("first last", 2, 1, 0)]
    [InlineData("first between", 1, 0, 2)]
    public void Fragments_of_an_error_about_a_live_flow_are_counted_as_it_is(string name, int a, int b, int c)
    {
        foreach (bool six in new[] { false, true })
        {
            (string client, string server) = six ? ("2001:db8::7", "2001:db8::5") : (A, B);
            FrameBuilder datagram = FrameBuilder.Ethernet().Ip(client, server).Udp(4000, 53).Payload(new byte[200]);
            FrameBuilder reply = FrameBuilder.RawIp().Ip(server, client);
            FrameBuilder whole = six ? reply.Icmp6Error(1, 4, datagram.BuildIpPacket()) : reply.IcmpError(3, 3, datagram.BuildIpPacket());
            byte[] message = [.. whole.BuildIpPacket().AsSpan(six ? 40 : 20), .. new byte[200]]; // what routers may add behind the quote (RFC 4884)
            FrameBuilder[] parts = [.. Enumerable.Range(0, 3).Select(i => (six
                ? FrameBuilder.Ethernet().IPv6(server, client).Fragment((ushort)(i * 10), i < 2, 77, 58)
                : FrameBuilder.Ethernet().IPv4(server, client, id: 77, moreFragments: i < 2, fragmentOffset: (ushort)(i * 10), protocol: 1))
                .Payload(message.AsSpan(i * 80, i < 2 ? 80 : message.Length - 160)))];
            EngineRun run = EngineRun.Of([datagram.At(1), parts[a].At(2), parts[b].At(3), parts[c].At(4)]);
            Assert.True(run.Rows.Count == 1, name);
            Assert.Equal((Outcome.Unreachable, 1L), (run.Row.Outcome, run.Row.InitiatorPackets));
            Assert.Equal([KeyValuePair.Create("icmp-error-of-known-flow", 3L)], run.Report.Accounting.PacketsWithoutFlow);

            // An error about nobody's packet is a flow of its own, with its fragments.
            EngineRun alone = EngineRun.Of([parts[a].At(2), parts[b].At(3), parts[c].At(4)]);
            Assert.Equal(3, alone.Row.InitiatorPackets + alone.Row.ResponderPackets);
        }
    }

    [Fact]
    public void Fragments_inside_a_tunnel_find_their_first_in_any_order()
    {
        byte[] Inside(FrameBuilder part) => FrameBuilder.Ethernet().IPv4("10.9.0.1", "10.9.0.2").Protocol(4, part.BuildIpPacket()).Build();
        FlowRow row = EngineRun.Of([Framed(Inside(Part(32, 28, false)), 1), Framed(Inside(Part(0, 32, true)), 2)]).Row;
        Assert.Equal((4000, 25, 2L, "ip-in-ip"), ((int)row.InitiatorPort!, (int)row.ResponderPort!, row.InitiatorPackets, row.Tunnel));

        static TimedFrame Framed(byte[] bytes, long at) => new(at, bytes, (uint)bytes.Length, LinkType.Ethernet);
    }

    [Fact]
    public void What_waited_for_more_frames_than_a_packet_can_count_has_waited_in_vain()
    {
        using var table = new FragmentTable(HashSeed.Fixed);
        var key = new DatagramKey(IpAddress.V4(1), IpAddress.V4(2), 7, 0, 17);
        long last = 5_000_000_000 + FragmentTable.MostFramesBetween;
        Assert.False(table.Later(in key, 100, 1, 5_000_000_000, out _));
        Assert.Equal(1u, table.First(in key, new FirstFragment(17, 5, 6), 1, last).Packets);
        key = key with { Id = 8 };
        Assert.False(table.Later(in key, 100, 1, 5_000_000_000, out _));
        Assert.Equal(0u, table.First(in key, new FirstFragment(17, 5, 6), 1, last + 1).Packets);
        Assert.Equal((1, 0), (table.Orphans, table.Waiting));
        Assert.True(table.Later(in key, 100, 1, last + 2, out FirstFragment known));
        Assert.Equal(6, known.DestinationPort);
    }
}
