using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>What the ledger keeps: bounded, the same for every order of flows.</summary>
public sealed class ServerLedgerTests
{
    private static readonly AllowedMatrix s_matrix = EngineRun.MatrixOf(EngineRun.Allow("R0", 8443));

    private static FlowSummary Flow(uint client, ushort clientPort, uint server, ushort serverPort, long frame = 1, long at = 100) => new()
    {
        Protocol = TransportNames.Tcp,
        Ends = new(IpAddress.V4(client), clientPort, IpAddress.V4(server), serverPort),
        FirstNs = at,
        LastNs = at + 50,
        LowPackets = 2,
        HighPackets = 2,
        LowBytes = 80,
        HighBytes = 80,
        Marks = FlowMarks.Syn | FlowMarks.Ack | (FlowMarks.SynAck << FlowMarks.SideBits),
        FirstFrame = frame,
    };

    private static FlowSummary V6(ulong server) => Flow(1, 40_000, 2, 25) with { Ends = new(IpAddress.V6(1, 1), 40_000, IpAddress.V6(2, server), 25) };

    private static ServerLedger Ledger(int most = int.MaxValue, bool details = false) => new(s_matrix, HashSeed.Fixed, null, details, most);

    private static void Note(ServerLedger ledger, FlowSummary flow, bool protects = true) => ledger.Note(in flow, FlowReading.Of(in flow), protects);

    [Fact]
    public void Every_socket_that_was_proven_is_found_and_no_other()
    {
        using ServerLedger ledger = Ledger(details: true);
        for (uint i = 0; i < 5000; i++)
        {
            Note(ledger, Flow(1, 40_000, 1000 + (i * 2), 25, frame: i + 1));
            Note(ledger, V6(1000 + (i * 2)));
        }

        for (uint i = 0; i < 5000; i++)
        {
            FlowSummary midstream = Flow(9, 50_000, 1000 + (i * 2), 25);
            Assert.Equal(new ServerFinding(ServingEnd.High, EvidenceConflicts.None), ledger.Look(in midstream));
            Assert.Equal(SocketFacts.Server, ledger.Of(midstream.Ends, midstream.Protocol, high: true, out long frame));
            Assert.Equal(i + 1, frame);
            Assert.Equal(ServingEnd.None, ledger.Look(Flow(9, 50_000, 1001 + (i * 2), 25)).End);
            Assert.Equal(ServingEnd.None, ledger.Look(Flow(9, 50_000, 1000 + (i * 2), 26)).End);
            Assert.Equal(ServingEnd.High, ledger.Look(V6(1000 + (i * 2))).End);
        }

        Assert.Equal((10_000L, 0L), ledger.Counts);
        Assert.Equal(0, ledger.NotKept);
    }

    [Fact]
    public void What_passes_by_takes_a_quarter_of_the_room_and_what_finds_none_is_counted()
    {
        using ServerLedger ledger = Ledger(most: 100);
        for (uint i = 0; i < 60; i++) Note(ledger, Flow(1, 40_000, 1000 + i, 25), protects: false);
        Assert.Equal((25L, 35L), (ledger.Counts.Servers, ledger.NotKept));
        for (uint i = 0; i < 85; i++) Note(ledger, Flow(1, 40_000, 5000 + i, 25));
        Assert.Equal((100L, 45L), (ledger.Counts.Servers, ledger.NotKept));

        // Known ones are known still.
        Note(ledger, Flow(2, 40_001, 1000, 25), protects: false);
        Assert.Equal(45, ledger.NotKept);
    }

    [Fact]
    public void The_order_of_proofs_has_no_part_in_what_is_kept()
    {
        FlowSummary[] flows = [.. Enumerable.Range(0, 200).Select(i => Flow(1, (ushort)(i % 3 == 0 ? 443 : 40_000), (uint)(1000 + (i % 17)), (ushort)(20 + (i % 5)), 1 + i, 1000 - i))];
        var random = new Random(7);
        (string Servers, string Findings)? expected = null;
        for (int round = 0; round < 5; round++)
        {
            using ServerLedger ledger = Ledger(details: true);
            foreach (FlowSummary flow in flows) Note(ledger, flow);
            (string, string) found = (string.Join('\n', ledger.Proven), string.Join('\n', flows.Order(Comparer<FlowSummary>.Create((a, b) => a.FirstFrame.CompareTo(b.FirstFrame))).Select(f => ledger.Look(in f))));
            expected ??= found;
            Assert.Equal(expected, found);
            random.Shuffle(flows);
        }

        Assert.Equal(200, Ledgered(flows).Sum(s => s.Proofs));

        static IReadOnlyList<ProvenServer> Ledgered(FlowSummary[] flows)
        {
            using ServerLedger ledger = Ledger(details: true);
            foreach (FlowSummary flow in flows) Note(ledger, flow);
            return ledger.Proven;
        }
    }

    [Fact]
    public void What_was_announced_serves_once_and_is_not_kept_for_other_runs()
    {
        using ServerLedger ledger = Ledger(details: true);
        Note(ledger, Flow(1, 40_000, 1000, 50_000) with { Note = new FlowNote { Parent = 1 } });
        Note(ledger, Flow(1, 40_000, 1001, 25), protects: false);
        Note(ledger, Flow(1, 40_000, 1002, 25, at: 7));
        Assert.Equal(new ProvenServer(IpAddress.V4(1002), 25, TransportNames.Tcp, 7, 57, 1), Assert.Single(ledger.Proven));
        Assert.Equal(ServingEnd.High, ledger.Look(Flow(9, 40_000, 1000, 50_000)).End);
    }

    [Fact]
    public void A_merge_sums_up_and_drops_what_was_proven_longest_ago()
    {
        ProvenServer Server(uint address, long first, long last, long proofs) => new(IpAddress.V4(address), 25, TransportNames.Tcp, first, last, proofs);
        ProvenServer[] kept = [Server(3, 10, 20, 2), Server(1, 5, 6, 1)], proven = [Server(3, 8, 15, long.MaxValue), Server(2, 30, 40, 1), Server(4, 1, 6, 2)];
        Assert.Equal([Server(1, 5, 6, 1), Server(2, 30, 40, 1), Server(3, 8, 20, long.MaxValue), Server(4, 1, 6, 2)], ProvenServer.Merge(kept, proven, 9, out int dropped));
        Assert.Equal(0, dropped);
        Assert.Equal([Server(2, 30, 40, 1), Server(3, 8, 20, long.MaxValue), Server(4, 1, 6, 2)], ProvenServer.Merge(proven, kept, 3, out dropped));
        Assert.Equal(1, dropped);
    }

    [Fact]
    public void A_flow_that_waits_and_a_slot_take_what_the_map_says()
    {
        Assert.True(System.Runtime.CompilerServices.Unsafe.SizeOf<FlowSummary>() <= 256);
        Assert.Equal(80, System.Runtime.CompilerServices.Unsafe.SizeOf<PackedFlow>());
        Assert.Equal(104, System.Runtime.CompilerServices.Unsafe.SizeOf<PackedV6Flow>());
        Assert.Equal((8, 24), (System.Runtime.CompilerServices.Unsafe.SizeOf<V4Socket>(), System.Runtime.CompilerServices.Unsafe.SizeOf<V6Socket>()));
    }

    [Fact]
    public void A_packed_flow_unpacks_to_itself_or_does_not_fit()
    {
        FlowSummary flow = Flow(1, 40_000, uint.MaxValue, 65_535, 1L << 39, long.MinValue / 2) with
        {
            LowPackets = uint.MaxValue,
            HighBytes = uint.MaxValue,
            LowBytes = 3,
            HighPackets = 4,
            Vlan = 4094,
            Interface = 65_535,
            MissingBytes = uint.MaxValue,
            Marks = uint.MaxValue,
            Speech = new FlowSpeech { Application = 7, Marks = 9, Confidence = 3, Clients = 2 },
            Protocol = 255,
        };
        Assert.True(PackedFlow.TryPack(in flow, out PackedFlow packed));
        Assert.Equal(flow, packed.Unpack());
        FlowSummary[] others =
        [
            flow with { LowPackets = 1L << 32 }, flow with { HighPackets = 1L << 40 }, flow with { LowBytes = 1L << 32 }, flow with { HighBytes = 1L << 33 },
            flow with { Speech = new FlowSpeech { Note = 1 } }, flow with { Note = new FlowNote { Parent = 1 } },
            flow with { Tunnel = new TunnelPath { Depth = 1, Outer = TunnelKind.Vxlan, Inner = TunnelKind.Vxlan } }, V6(1),
        ];
        Assert.All(others, o => Assert.False(PackedFlow.TryPack(in o, out _)));
        FlowSummary wide = flow with { Ends = V6(1).Ends };
        Assert.True(PackedV6Flow.TryPack(in wide, out PackedV6Flow packedV6));
        Assert.Equal(wide, packedV6.Unpack());
        Assert.All(others[..^1], o => Assert.False(PackedV6Flow.TryPack(o with { Ends = wide.Ends }, out _)));
        Assert.False(PackedV6Flow.TryPack(in flow, out _));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(5000, 2048)]
    [InlineData(5000, 100_000)]
    public void Flows_that_wait_come_back_in_their_order_from_memory_and_file(int count, int inMemory)
    {
        using var waiting = new WaitingFlows(4000, inMemory);
        List<FlowSummary> kept = [];
        for (uint i = 0; i < count; i++)
        {
            FlowSummary flow = Flow(1, 40_000, 1000 + i, 25, frame: i + 1);
            if (waiting.TryAdd(in flow)) kept.Add(flow);
        }

        Assert.Equal(Math.Min(count, 4000), kept.Count);
        FlowSummary other = V6(1);
        Assert.True(waiting.TryAdd(in other));
        kept.Add(other);
        Assert.Equal(kept.Count, waiting.Count);
        for (int again = 0; again < 2; again++)
        {
            List<FlowSummary> back = [];
            waiting.ForEach((in flow) =>
            {
                back.Add(flow);
                return again == 0 && flow.FirstFrame % 2 == 0;
            });
            Assert.Equal(again == 0 ? kept : kept.Where(f => f.FirstFrame % 2 != 0), back);
        }
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(64)]
    [InlineData(1)]
    public void A_fork_of_flows_that_wait_has_those_of_its_moment_and_its_own(int inMemory)
    {
        using var waiting = new WaitingFlows(100_000, inMemory);
        List<FlowSummary> kept = [];
        List<(WaitingFlows Fork, List<FlowSummary> Kept)> forks = [];
        for (uint i = 0; i < 1000; i++)
        {
            if (i % 150 == 0) forks.Add((waiting.Fork(more: 10), [.. kept]));
            FlowSummary flow = i % 3 == 0 ? V6(i + 1) : Flow(1, 40_000, 1000 + i, 25, frame: i + 1);
            Assert.True(waiting.TryAdd(in flow));
            kept.Add(flow);
            if (i % 150 != 75) continue;

            // Other flows than those that the first list has gone on to have.
            FlowSummary own = Flow(2, 2, 3, 4, frame: 100_000 + i);
            Assert.True(forks[^1].Fork.TryAdd(in own));
            forks[^1].Kept.Add(own);
        }

        foreach (var (fork, expected) in forks)
        {
            Assert.Equal(InOrder(expected), Read(fork));
            fork.Dispose();
        }

        Assert.Equal(InOrder(kept), Read(waiting));

        static List<long> InOrder(IEnumerable<FlowSummary> flows) => [.. flows.OrderBy(f => !f.Ends.LowAddress.IsV4).Select(f => f.FirstFrame)];

        static List<long> Read(WaitingFlows from)
        {
            List<long> frames = [];
            from.ForEach((in flow) =>
            {
                frames.Add(flow.FirstFrame);
                return false;
            });
            return frames;
        }
    }
}
