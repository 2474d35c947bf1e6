using TrafficCheck.Core.Wire;

namespace TrafficCheck.TestSupport.Frames;

/// <summary>IEEE 802.11 data frames (clause 9.3.2), as an access point relays them.</summary>
public static class WirelessFrames
{
    private static readonly byte[] s_addresses =
        [.. FrameBuilder.Mac(FrameBuilder.SecondMac), .. FrameBuilder.Mac("02:00:00:00:00:aa"), .. FrameBuilder.Mac(FrameBuilder.FirstMac)];

    /// <summary>LLC and SNAP before an IP packet, or before the content of another EtherType.</summary>
    public static byte[] Snap(ReadOnlySpan<byte> content, ushort? etherType = null)
    {
        int type = etherType ?? (content[0] >> 4 == 6 ? 0x86dd : 0x0800);
        return [0xaa, 0xaa, 3, 0, 0, 0, (byte)(type >> 8), (byte)type, .. content];
    }

    public static byte[] Snap(FrameBuilder packet) => Snap(packet.BuildIpPacket());

    /// <summary>A data frame with quality of service.</summary>
    public static byte[] Qos(ReadOnlySpan<byte> content, bool aggregate = false) =>
        [0x88, 0x02, 0, 0, .. s_addresses, 0, 0, (byte)(aggregate ? 0x80 : 0), 0, .. content];

    /// <summary>An A-MSDU of these parts, each padded to four bytes but for the last.</summary>
    public static byte[] Aggregate(params IReadOnlyList<byte[]> parts)
    {
        var content = new List<byte>();
        foreach (byte[] part in parts)
        {
            while (content.Count % 4 != 0) content.Add(0);
            content.AddRange([.. FrameBuilder.Mac(FrameBuilder.SecondMac), .. FrameBuilder.Mac(FrameBuilder.FirstMac), (byte)(part.Length >> 8), (byte)part.Length, .. part]);
        }

        return Qos([.. content], aggregate: true);
    }

    public static TimedFrame At(this byte[] frame, long timestampNs, LinkType linkType = LinkType.Ieee80211) => new(timestampNs, frame, (uint)frame.Length, linkType);
}
