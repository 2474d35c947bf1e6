using System.Globalization;
using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>This decoder and PacketDotNet on the same frames; where they disagree the kinds are reviewed, with their numbers.</summary>
public sealed class DifferentialTests
{
    private static readonly Dictionary<string, (int Count, string Reason)> _canonical = new()
    {
        ["it finds no packet: bridge tunnel snap"] = (1, "It does not look into SNAP."),
        ["it finds no packet: old qinq, IPv4"] = (1, "It does not know the old tag types 9100 and 9200."),
        ["it finds no packet: old qinq, IPv6"] = (1, "As above."),
        ["it finds no packet: snap"] = (1, "It does not look into SNAP."),
        ["it finds no ports, protocol 132: SCTP over IPv4"] = (1, "It does not know SCTP."),
        ["it finds no ports, protocol 132: SCTP over IPv6"] = (1, "As above."),
        ["it finds no ports, protocol 17: IPv6 first fragment"] = (1, "It reads nothing behind a fragment header."),
        ["it throws, protocol 6: null of a big-endian host, IPv4"] = (1, "It takes the family to be in its own byte order."),
        ["it throws, protocol 17: null of a big-endian host, IPv6"] = (1, "As above."),
        ["other ports, protocol 6: IPv6 authentication"] = (1, "It counts the length of AH in units of eight bytes (RFC 4302: four)."),
        ["protocol 6, it says 32: extension chain"] = (1, "As above, in the middle of a chain."),
        ["protocol 6, it says 51: IPv4 authentication"] = (1, "It does not look behind AH in IPv4."),
    };

    private static readonly Dictionary<string, (int Count, string Reason)> _corpus = new()
    {
        ["it finds no packet"] = (170, "It does not look into SNAP, MPLS, FabricPath, VN-Tag, 802.11 and the rarer link types."),
        ["it finds no ports, protocol 132"] = (144, "It does not know SCTP."),
        ["it finds no ports, protocol 17"] = (1, "An IPv6 length of 0 with data behind it (BIG TCP)."),
        ["it finds no ports, protocol 33"] = (9, "It does not know DCCP."),
        ["it throws, protocol 6"] = (3, "A fragment and packets too short for a whole TCP header; the ports are there."),
        ["it throws, protocol 17"] = (1, "It gives up one frame of the rarer carriers; the ports are those of tshark's table."),
        ["it throws, protocol 89"] = (61, "It gives up the packet over something in its OSPF; the addresses are there."),
        ["only it finds a packet, ipv4-header-length-invalid"] = (2, "It accepts a header length below 20."),
        ["only it finds a packet, ipv4-version-invalid"] = (18, "It goes by the EtherType whatever the version."),
        ["only it finds a packet, ipv6-extension-chain-too-long"] = (1, "More than sixteen extension headers are not followed here."),
        ["only it finds a packet, ipv6-version-invalid"] = (2, "It goes by the EtherType whatever the version."),
        ["other ports, protocol 17"] = (1, "It loses its place in a routing header; the ports here are tshark's."),
        ["protocol 1, it says 51"] = (2, "It does not look behind AH in IPv4."),
        ["protocol 4, it says 51"] = (1, "As above."),
        ["protocol 60, it says 17"] = (1, "The extension headers are cut short; it reads on beyond the packet."),
    };

    [Fact]
    public void Canonical_frames_are_read_alike()
    {
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int compared = 0;
        foreach (CanonicalFrame frame in CanonicalFrames.All.Where(f => PacketDotNetView.Knows(f.LinkType)))
        {
            compared++;
            if (Difference(frame.Bytes, frame.LinkType) is { } kind) Count(kinds, kind + ": " + frame.Name);
        }

        Assert.True(compared > 30);
        AssertReviewed(_canonical, kinds);
    }

    [Fact]
    public void Corpus_frames_are_read_alike()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int compared = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(shared, "corpus", "captures"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var set = new CaptureSet([new CaptureInput(file)]);
            while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
            {
                foreach (FrameDescriptor frame in batch.Frames.Slice(start, count))
                {
                    if (!PacketDotNetView.Knows(frame.LinkType)) continue;
                    compared++;
                    byte[] bytes = batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray();
                    if (Difference(bytes, frame.LinkType) is { } kind) Count(kinds, kind);
                }
            }
        }

        Assert.True(compared > 100_000);
        AssertReviewed(_corpus, kinds);
    }

    /// <summary>The kind of the disagreement, or null.</summary>
    private static string? Difference(byte[] bytes, LinkType linkType)
    {
        Decoding ours = Decoding.Of(bytes, linkType);
        PacketDotNetView? theirs = PacketDotNetView.Of(bytes, linkType, out bool threw);
        if (threw) return ours.FoundIp ? $"it throws, protocol {ours.Protocol}" : null;
        if (theirs is null) return ours.FoundIp ? "it finds no packet" : null;
        if (!ours.FoundIp) return "only it finds a packet, " + DecodeStatusNames.Of(ours.Status);
        int at = ours.AddressOffset, size = ours.AddressBytes / 2;
        if (!new IPAddress(bytes.AsSpan(at, size)).Equals(theirs.Source) || !new IPAddress(bytes.AsSpan(at + size, size)).Equals(theirs.Destination))
            return $"other addresses, version {ours.Version}";
        if (ours.Protocol != theirs.Protocol) return $"protocol {ours.Protocol}, it says {theirs.Protocol}";
        if (theirs.SourcePort < 0) return ours.SourcePort != 0 && ours.Status == DecodeStatus.Decoded ? $"it finds no ports, protocol {ours.Protocol}" : null;
        if (ours.Status != DecodeStatus.Decoded) return "only it finds ports, " + DecodeStatusNames.Of(ours.Status);
        return (ours.SourcePort, ours.DestinationPort) == (theirs.SourcePort, theirs.DestinationPort) ? null : $"other ports, protocol {ours.Protocol}";
    }

    private static void Count(SortedDictionary<string, int> kinds, string kind) => kinds[kind] = kinds.GetValueOrDefault(kind) + 1;

    private static void AssertReviewed(Dictionary<string, (int Count, string Reason)> reviewed, SortedDictionary<string, int> kinds)
    {
        string[] found = [.. kinds.Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Key} x{k.Value}"))];
        string[] expected = [.. reviewed.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key} x{r.Value.Count}"))];
        if (found.Except(expected).Any() || expected.Except(found).Any())
            Assert.Fail($"new:\n{string.Join("\n", found.Except(expected))}\ngone:\n{string.Join("\n", expected.Except(found))}");
    }
}
