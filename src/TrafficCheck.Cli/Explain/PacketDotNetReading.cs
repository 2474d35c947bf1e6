using System.Globalization;
using System.Net;
using PacketDotNet;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting.Explain;

namespace TrafficCheck.Cli.Explain;

/// <summary>What PacketDotNet reads in a frame, and where that differs from the walk. Hostile frames make it throw; that is part of its view.</summary>
internal static class PacketDotNetReading
{
    /// <summary>Packets inside packets that are asked for: it parses the content when it is asked, so that a bound is needed.</summary>
    private const int MaxLayers = 64;

    private static readonly string s_library =
        "PacketDotNet " + (typeof(Packet).Assembly.GetName().Version?.ToString(3) ?? "");

    public static OtherReading Of(ExplainedFrame frame, FrameWalk walk)
    {
        LinkType linkType = frame.Descriptor.LinkType;
        return Enum.IsDefined((LinkLayers)(int)linkType)
            ? Read(frame.Bytes, (LinkLayers)(int)linkType, 0, frame.Bytes.Length, walk)
            : new(s_library, [], $"it does not know the link type {LinkTypeNames.Of(linkType)}", []);
    }

    /// <summary>
    /// A part of an aggregate beyond the first. It does not take aggregates apart and reads no LLC, so that it is given the IP packet of the part.
    /// </summary>
    /// <returns>Null when the part holds none.</returns>
    public static OtherReading? OfPart(ExplainedFrame frame, FrameWalk walk)
    {
        WalkedLayer? first = walk.Layers.FirstOrDefault(l => l.Name is "ipv4" or "ipv6");
        if (first is null) return null;
        WalkedLayer part = walk.Layers[0];
        int content = part.Offset + part.Length;
        int length = (frame.Bytes[content - 2] << 8) | frame.Bytes[content - 1];
        return Read(frame.Bytes, LinkLayers.Raw, first.Offset, Math.Min(frame.Bytes.Length, content + length), walk);
    }

    private static OtherReading Read(byte[] frame, LinkLayers linkType, int start, int end, FrameWalk walk)
    {
        var layers = new List<OtherLayer>();
        var packets = new List<(IPPacket Packet, int Offset)>();
        string? gaveUp = null;
        try
        {
            for (Packet? packet = Packet.ParsePacket(linkType, frame[start..end]); packet is not null && layers.Count < MaxLayers; packet = packet.PayloadPacket)
            {
                if (start > 0 && packet is RawIPPacket) continue; // stands for the way in, not for a header
                int offset = packet.HeaderSegment is { } header ? header.Offset + start : -1;
                layers.Add(new(NameOf(packet), offset, packet.HeaderSegment?.Length ?? 0));
                if (packet is IPPacket ip) packets.Add((ip, offset));
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            gaveUp = $"it throws {e.GetType().Name}: {e.Message}";
        }

        var differences = new List<string>();
        try
        {
            Compare(frame, walk, packets, gaveUp is not null, differences);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Its fields are read from the bytes when they are asked for, and may lie outside.
            gaveUp ??= $"it throws {e.GetType().Name} when asked for its fields: {e.Message}";
        }

        return new(s_library, layers, gaveUp, differences);
    }

    private static string NameOf(Packet packet)
    {
        string name = packet.GetType().Name;
        return name.EndsWith("Packet", StringComparison.Ordinal) ? name[..^"Packet".Length] : name;
    }

    /// <summary>IP headers by their offsets, and what the last that both found says.</summary>
    private static void Compare(byte[] frame, FrameWalk walk, List<(IPPacket Packet, int Offset)> theirs, bool threw, List<string> differences)
    {
        var ours = walk.Layers.Where(l => l.Name is "ipv4" or "ipv6" && l.Fields.Count > 0).ToList();
        var offsets = theirs.Select(t => t.Offset).ToHashSet();
        foreach (WalkedLayer layer in ours.Where(l => !offsets.Contains(l.Offset)))
            differences.Add(Text($"it finds no {layer.Name} header at {layer.Offset}"));
        foreach (var (packet, offset) in theirs.Where(t => !ours.Exists(l => l.Offset == t.Offset)))
            differences.Add(Text($"it takes the bytes at {offset} for an {packet.Version} header; here: {DecodeStatusNames.Of(walk.Status)}, {DecodeWords.Of(walk.Status)}"));
        if (!DecodeStatusNames.IsDecoded(walk.Status)) return;
        int at = walk.Layers[walk.IpLayer].Offset;
        if (theirs.Find(t => t.Offset == at).Packet is not { } same) return;
        PacketSummary mine = walk.Packet;
        int size = mine.Version == 4 ? 4 : 16;
        Differ("source", new IPAddress(frame.AsSpan(walk.AddressesOffset, size)).ToString(), same.SourceAddress.ToString());
        Differ("destination", new IPAddress(frame.AsSpan(walk.AddressesOffset + size, size)).ToString(), same.DestinationAddress.ToString());
        int protocol = (int)same.Protocol;
        Differ("protocol", TransportNames.Of(mine.Protocol), protocol is >= 0 and <= 255 ? TransportNames.Of((byte)protocol) : Text($"{protocol}"));
        if (!TransportNames.HasPorts(mine.Protocol) || walk.Status != DecodeStatus.Decoded) return;
        string ports = Text($"{mine.SourcePort} to {mine.DestinationPort}");
        if (threw) return; // it says so; ports that it did not reach are no further difference
        if (same.PayloadPacket is TransportPacket transport) Differ("ports", ports, Text($"{transport.SourcePort} to {transport.DestinationPort}"));
        else differences.Add($"it finds no ports; here {ports}");

        void Differ(string what, string here, string there)
        {
            if (here != there) differences.Add($"{what}: it reads {there}, here {here}");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
