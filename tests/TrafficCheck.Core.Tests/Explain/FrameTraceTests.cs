using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Tests.Engine;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Explain;

public sealed class FrameTraceTests
{
    private const long Second = 1_000_000_000;
    private const string Client = "10.0.0.1", Server = "10.0.0.2";

    private static readonly EngineOptions s_options = new() { Seed = HashSeed.Fixed, MaxFlows = 2_000 };

    private static FrameBuilder Request => FrameBuilder.Ethernet().IPv4(Client, Server).Udp(4000, 53).Payload(new byte[64]);

    [Fact]
    public void A_frame_belongs_to_the_flow_that_was_live_then()
    {
        FrameBuilder question = FrameBuilder.Ethernet().IPv4(Client, Server).Udp(4000, 53).Payload("?");
        FrameBuilder answer = FrameBuilder.Ethernet().IPv4(Server, Client).Udp(53, 4000).Payload("!");
        TimedFrame[] frames = [question.At(0), answer.At(Second), question.At(10_000 * Second), answer.At(10_001 * Second), answer.At(10_002 * Second)];
        Assert.Equal((1, 1L, 1L), Opening(Explain(frames, 2)));
        Assert.Equal((3, 1L, 2L), Opening(Explain(frames, 3)));
        Assert.Equal((3, 1L, 2L), Opening(Explain(frames, 5)));
        Assert.Equal(EvidenceMethod.FirstPacket, Explain(frames, 5).Flow!.Evidence);

        static (long, long, long) Opening(FrameExplanation e) => (e.Flow!.FirstFrame, e.Flow.InitiatorPackets, e.Flow.ResponderPackets);
    }

    [Fact]
    public void Fragments_are_followed_to_their_first_in_any_order()
    {
        IReadOnlyList<FrameBuilder> parts = Request.Fragments(32, 77);
        TimedFrame[] inOrder = [parts[0].At(1), parts[1].At(2), parts[2].At(3)], backwards = [parts[2].At(1), parts[1].At(2), parts[0].At(3)];
        FrameExplanation first = Explain(inOrder, 1), later = Explain(inOrder, 3), early = Explain(backwards, 1);
        Assert.Equal(1, first.Fragment!.FirstFragment);
        Assert.Equal([2, 3], first.Fragment.LaterFragments);
        Assert.Contains("counted to the flow that the first fragment, frame 1", later.Fragment!.Decision, StringComparison.Ordinal);
        Assert.Contains("it waited and was counted to the flow when frame 3 named it", early.Fragment!.Decision, StringComparison.Ordinal);
        foreach (FrameExplanation e in new[] { first, later, early }) Assert.Equal((4000, 53, 3L), ((int)e.Flow!.InitiatorPort!, (int)e.Flow.ResponderPort!, e.Flow.InitiatorPackets));
    }

    [Fact]
    public void A_fragment_without_its_first_has_no_flow_and_says_so()
    {
        IReadOnlyList<FrameBuilder> parts = Request.Fragments(32, 77);

        // The same identification, two minutes later, is another datagram.
        TimedFrame[] frames = [parts[1].At(0), parts[0].At(120 * Second), parts[1].At(121 * Second)];
        FrameExplanation orphan = Explain(frames, 1);
        Assert.Null(orphan.Flow);
        Assert.Contains("was not captured in time", orphan.Fragment!.Decision, StringComparison.Ordinal);
        Assert.NotNull(orphan.WithoutFlow);
        FrameExplanation later = Explain(frames, 3);
        Assert.Equal(2, later.Fragment!.FirstFragment);
        Assert.Equal(2, later.Flow!.InitiatorPackets);
    }

    [Fact]
    public void A_fragment_whose_protocol_has_no_ports_needs_no_first()
    {
        FrameBuilder part = FrameBuilder.Ethernet().IPv4(Client, Server, id: 5, fragmentOffset: 4, protocol: 50).Payload(new byte[16]);
        FrameExplanation explained = Explain([part.At(1)], 1);
        Assert.Equal(50, explained.Flow!.Transport);
        Assert.Contains("the addresses name its flow", explained.Fragment!.Decision, StringComparison.Ordinal);
    }

    [Fact]
    public void Later_fragments_around_the_packet_of_a_tunnel_add_nothing_and_say_so()
    {
        byte[] inner = FrameBuilder.Ethernet().IPv4("192.0.2.1", "192.0.2.2").Tcp(4000, 443).Payload(new byte[64]).Build();
        IReadOnlyList<FrameBuilder> parts = FrameBuilder.Ethernet().IPv4(Client, Server).Udp(50000, 4789).Payload([8, 0, 0, 0, 0, 0, 7, 0, .. inner]).Fragments(96, 78);
        TimedFrame[] frames = [parts[0].At(1), parts[1].At(2)];
        FrameExplanation first = Explain(frames, 1), later = Explain(frames, 2);
        Assert.Equal(("192.0.2.1", 1L), (first.Flow!.Initiator.ToString(), first.Flow.InitiatorPackets));
        Assert.Contains(first.Walk.Layers[1].Notes, n => n.Contains("later fragments add nothing", StringComparison.Ordinal));
        Assert.Null(later.Flow);
        Assert.Contains("this one adds nothing", later.Fragment!.Decision, StringComparison.Ordinal);
    }

    [Fact]
    public void An_icmp_error_shows_the_flow_that_it_is_about()
    {
        FrameBuilder error = FrameBuilder.Ethernet().IPv4("10.0.0.254", Client).IcmpError(3, 3, Request.BuildIpPacket());
        FrameExplanation live = Explain([Request.At(1), error.At(2)], 2), alone = Explain([error.At(2)], 1);
        Assert.Equal((17, Outcome.Unreachable), ((int)live.Flow!.Transport, live.Flow.Outcome));
        Assert.Contains("icmp-error-of-known-flow", live.WithoutFlow, StringComparison.Ordinal);
        Assert.Equal((1, 3, 3), ((int)alone.Flow!.Transport, (int)alone.Flow.Icmp!.Value.Type, (int)alone.Flow.Icmp.Value.Code));
        Assert.Null(alone.WithoutFlow);
    }

    [Fact]
    public void Of_every_flow_of_the_samples_as_many_frames_are_explained_as_it_has_packets()
    {
        foreach (string sample in new[] { "clean", "midstream" })
            AssertFlowsAddUp(Path.Combine(RepositoryFolder.Find(), "samples", sample, "capture.pcap"), 1);
    }

    [Fact]
    public void Of_every_flow_of_the_corpus_tunnels_and_fragments_as_many_frames_are_explained_as_it_has_packets()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        string[] files = Directory.GetFiles(Path.Combine(shared, "corpus", "captures", "encapsulation"), "*", SearchOption.AllDirectories);
        Assert.True(files.Length > 40);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files) AssertFlowsAddUp(file, 0);
    }

    private static void AssertFlowsAddUp(string file, int atLeast)
    {
        using FrameBatch batch = ReadAll(file, out CaptureInterfaces interfaces, out InputSummary summary);
        if (batch.Count > 160) return;
        var frames = new Dictionary<(long First, System.Net.IPAddress Initiator, byte Transport), (ExplainedFlow Flow, long Seen)>();
        for (int number = 1; number <= batch.Count; number++)
        {
            FrameExplanation explained = Explain(batch, interfaces, summary, number);
            Assert.True(explained.WalkAgrees);
            Assert.True(explained.Flow is not null || explained.WithoutFlow is not null, $"{file}, frame {number}: neither a flow nor a reason");
            if (explained.Flow is not { } flow || explained.WithoutFlow is not null) continue;
            var key = (flow.FirstFrame, flow.Initiator, flow.Transport);
            frames[key] = (flow, frames.GetValueOrDefault(key).Seen + 1);
        }

        foreach (var (flow, seen) in frames.Values)
            Assert.True(flow.InitiatorPackets + flow.ResponderPackets == seen, $"{Path.GetFileName(file)}: flow of frame {flow.FirstFrame} has {flow.InitiatorPackets + flow.ResponderPackets} packets, {seen} frames were explained as its own");
        Assert.True(frames.Count >= atLeast);
    }

    private static FrameExplanation Explain(TimedFrame[] frames, long number)
    {
        using FrameBatch batch = FrameBatches.Of(frames);
        return Explain(batch, new CaptureInterfaces(), new InputSummary { Path = "test", Format = "pcap", LinkTypes = [], Frames = frames.Length, Bytes = 0, Problems = [] }, number);
    }

    private static FrameExplanation Explain(FrameBatch batch, CaptureInterfaces interfaces, InputSummary summary, long number)
    {
        using var trace = new FrameTrace(ExplainedFrame.From(batch, (int)number - 1, number), null, [], interfaces, s_options);

        // In pieces, so that the frame lies at the beginning, in the middle and at the end of what is processed.
        for (int start = 0; start < batch.Count; start += 7) trace.Process(batch, start, Math.Min(7, batch.Count - start));
        return trace.Finish([summary]);
    }

    private static FrameBatch ReadAll(string file, out CaptureInterfaces interfaces, out InputSummary summary)
    {
        var all = new FrameBatch();
        int used = 0;
        using var set = new CaptureSet([new CaptureInput(file)]);
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count))
            {
                all.Grow(used + frame.CapturedLength, used);
                batch.Block.Slice(frame.Offset, frame.CapturedLength).CopyTo(all.Block[used..]);
                all.Reserve(1)[0] = frame with { Offset = used };
                all.Commit(1);
                used += frame.CapturedLength;
            }
        }

        interfaces = set.Interfaces;
        summary = set.Summaries[0];
        return all;
    }
}
