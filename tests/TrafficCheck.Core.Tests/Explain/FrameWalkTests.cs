using TrafficCheck.Capture;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Tests.Wire;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Explain;

public sealed class FrameWalkTests : IDisposable
{
    private readonly TunnelPorts _ports = new(TunnelPorts.Standard);

    public void Dispose() => _ports.Dispose();

    [Fact]
    public void Every_prefix_of_every_canonical_frame_is_walked_as_it_is_decoded()
    {
        var different = new List<string>();
        foreach (CanonicalFrame frame in CanonicalFrames.All)
        {
            for (int length = 0; length <= frame.Bytes.Length; length++)
            {
                if (WalkedAndDecoded.Difference(frame.Bytes.AsSpan(0, length), frame.LinkType, _ports, out _) is { } difference)
                    different.Add($"{frame.Name}, {length} bytes:\n{difference}");
            }
        }

        Assert.True(different.Count == 0, string.Join("\n\n", different.Take(5)));
    }

    [Fact]
    public void Corpus_frames_and_their_prefixes_and_mutations_are_walked_as_they_are_decoded()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        var different = new List<string>();
        var random = new Random(20_250_301);
        int compared = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(shared, "corpus", "captures"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            bool often = file.Contains("encapsulation", StringComparison.Ordinal);
            int inFile = 0;
            using var set = new CaptureSet([new CaptureInput(file)]);
            while (different.Count < 5 && set.ReadRun(out FrameBatch? batch, out int start, out int count))
            {
                foreach (FrameDescriptor frame in batch.Frames.Slice(start, count))
                {
                    byte[] bytes = batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray();
                    Compare(bytes, bytes.Length, "whole");
                    if (++inFile > (often ? 40 : 5)) continue;
                    for (int length = 0; length < Math.Min(bytes.Length, 200); length++) Compare(bytes, length, $"{length} bytes");
                    for (int i = 0; i < 60 && bytes.Length > 0; i++)
                    {
                        byte[] mutated = [.. bytes];
                        for (int change = random.Next(1, 4); change > 0; change--) mutated[random.Next(Math.Min(bytes.Length, 160))] = (byte)random.Next(256);
                        Compare(mutated, random.Next(4) == 0 ? random.Next(mutated.Length) : mutated.Length, "mutated " + Convert.ToHexString(mutated));
                    }

                    void Compare(byte[] of, int length, string how)
                    {
                        compared++;
                        if (WalkedAndDecoded.Difference(of.AsSpan(0, length), frame.LinkType, _ports, out _) is { } difference)
                            different.Add($"{Path.GetFileName(file)}, {frame.LinkType}, {how}:\n{difference}");
                    }
                }
            }
        }

        Assert.True(different.Count == 0, string.Join("\n\n", different.Take(5)));
        Assert.True(compared > 300_000);
    }

    [Fact]
    public void Any_bytes_of_any_link_type_and_in_any_tunnel_are_walked_as_they_are_decoded()
    {
        var random = new Random(20_250_302);
        LinkType[] links = Enum.GetValues<LinkType>();
        ushort[] ports = [.. TunnelPorts.Standard.Select(p => p.Value)];
        byte[] protocols = [4, 41, 47, 51, 97, 115, 137];
        var statuses = new HashSet<DecodeStatus>();
        var tunnels = new HashSet<string>();
        var different = new List<string>();
        for (int i = 0; i < 150_000 && different.Count < 5; i++)
        {
            CanonicalFrame inner = CanonicalFrames.All[random.Next(CanonicalFrames.All.Count)];
            byte[] bytes = inner.Bytes;
            LinkType link = random.Next(3) == 0 ? links[random.Next(links.Length)] : inner.LinkType;
            if (random.Next(2) == 0)
            {
                // A header of small numbers, as the tunnels' are, before a frame or packet.
                byte[] header = [.. Enumerable.Range(0, random.Next(0, 17)).Select(_ => random.Next(3) == 0 ? (byte)random.Next(256) : (byte)(random.Next(3) * 8))];
                byte[] content = [.. header, .. random.Next(2) == 0 ? bytes : bytes[Math.Min(14, bytes.Length)..]];
                FrameBuilder outer = random.Next(2) == 0 ? FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2") : FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::2");
                bytes = (random.Next(2) == 0 ? outer.Udp(1234, ports[random.Next(ports.Length)]).Payload(content) : outer.Protocol(protocols[random.Next(protocols.Length)], content)).Build();
                link = LinkType.Ethernet;
            }

            bytes = [.. bytes];
            for (int change = random.Next(0, 4); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            int length = random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length;
            if (WalkedAndDecoded.Difference(bytes.AsSpan(0, length), link, _ports, out FrameWalk walk) is { } difference)
                different.Add($"{link} {Convert.ToHexString(bytes.AsSpan(0, length))}:\n{difference}");
            statuses.Add(walk.Status);
            if (walk.Packet.Tunnel.Depth > 0) tunnels.Add(TunnelNames.Of(walk.Packet.Tunnel.Inner));
        }

        Assert.True(different.Count == 0, string.Join("\n\n", different.Take(5)));
        Assert.True(statuses.Count > 25, string.Join(' ', statuses));
        Assert.True(tunnels.Count > 8, string.Join(' ', tunnels));
    }
}
