using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Tests.Wire;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>
/// The decoder and the tunnels: the first byte of the input chooses the link type, the rest is the frame. It lies against a page that nobody
/// may read, once behind it and once before it; both times it must give the same, and the walk of <c>explain</c> the same as both.
/// </summary>
internal static unsafe class FrameTarget
{
    private const int MaxFrame = 4096;

    private static readonly LinkType[] s_links = Enum.GetValues<LinkType>();
    private static readonly GuardedMemory s_memory = new(MaxFrame);
    private static readonly TunnelPorts s_ports = new(TunnelPorts.Standard);

    public static FuzzTarget Target { get; } = new("frame", MaxFrame, Run, Seeds, "\u0008\0", "\u0086\u00dd", "\u0012\u00b5", "\u0017\u00c1", "\u0008\u0068");

    public static byte[] Seed(LinkType link, ReadOnlySpan<byte> frame) => [(byte)Array.IndexOf(s_links, link), .. frame];

    public static FrameFacts Decode(byte* frame, int length, LinkType link)
    {
        DecodeStatus status = FrameDecoder.Decode(frame, length, link, out PacketSummary packet);
        if (status == DecodeStatus.Decoded && TunnelDecoder.MayCarry(in packet, s_ports)) status = TunnelDecoder.Unwrap(status, ref packet, s_ports);
        return FrameFacts.Of(status, in packet, frame);
    }

    private static void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return;
        LinkType link = s_links[input[0] % s_links.Length];
        ReadOnlySpan<byte> frame = input[1..];
        FrameFacts last = Decode(s_memory.PutLast(frame), frame.Length, link), first = Decode(s_memory.PutFirst(frame), frame.Length, link);
        BrokenPromiseException.Unless(last == first, "the same frame gives the same");
        last.Check(frame.Length);
        FrameWalk walk = FrameWalk.Of(frame, link, s_ports);
        FrameFacts walked = FrameFacts.Of(walk);
        if (walked != last) throw new BrokenPromiseException("the walk ends where the decoder does", $"decoder {last}\nwalk    {walked}");
        foreach (WalkedLayer layer in walk.Further.Append(walk).SelectMany(w => w.Layers))
            BrokenPromiseException.Unless(layer.Offset >= 0 && layer.Length >= 0 && layer.Length <= frame.Length - layer.Offset, "walked layers lie in the frame");
        if (walk.Further.Count > 0) Parts(s_memory.PutLast(frame), frame.Length, link, walk);
    }

    /// <summary>The parts of an aggregate.</summary>
    private static void Parts(byte* frame, int length, LinkType link, FrameWalk walk)
    {
        var parts = new FrameParts(frame, length, link, s_ports);
        foreach (FrameWalk part in walk.Further.Prepend(walk))
        {
            BrokenPromiseException.Unless(parts.Next(), "the walk has no more parts than the decoder");
            PacketSummary packet = parts.Packet;
            FrameFacts facts = FrameFacts.Of(parts.Status, in packet, frame), walked = FrameFacts.Of(part);
            facts.Check(length);
            if (walked != facts) throw new BrokenPromiseException("the walk of a part ends where the decoder does", $"decoder {facts}\nwalk    {walked}");
        }

        BrokenPromiseException.Unless(!parts.Next(), "the decoder has no more parts than the walk");
    }

    private static IEnumerable<byte[]> Seeds() =>
        [.. CanonicalFrames.All.Select(f => Seed(f.LinkType, f.Bytes)), .. SeedFrames.Tunnels.Select(f => Seed(LinkType.Ethernet, f)),
            .. SeedFrames.Aggregates.Select(f => Seed(LinkType.Ieee80211, f)), .. SeedFrames.OtherLinks.Select(f => Seed(f.Link, f.Frame))];
}
