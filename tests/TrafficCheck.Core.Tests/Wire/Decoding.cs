using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>
/// What the decoder says of a frame, as values: pointers are offsets into the frame, -1 for none. Decoding happens twice, before two kinds
/// of bytes behind the frame, so that a read beyond the captured bytes shows itself.
/// </summary>
internal sealed unsafe record Decoding(
    DecodeStatus Status, byte Version, byte Protocol, int AddressOffset, int PayloadOffset, int PayloadLength, uint IpLength, uint FragmentId,
    ushort SourcePort, ushort DestinationPort, ushort Vlan, Oddities Oddities, byte TcpFlags, byte IcmpType, byte IcmpCode, bool CarriesData,
    bool IsFragment, bool LinkBroadcast)
{
    public bool FoundIp => DecodeStatusNames.IsDecoded(Status);

    public int AddressBytes => Version == 4 ? 8 : 32;

    public static Decoding Of(ReadOnlySpan<byte> frame, LinkType linkType)
    {
        Decoding one = Of(frame, linkType, 0x00), other = Of(frame, linkType, 0xff);
        Assert.True(one == other, $"bytes behind the frame decide: {one}, {other}");
        return one;
    }

    /// <summary>The fields that only the first 60 or so bytes of the packet decide, for comparison of a frame with its prefix.</summary>
    public Decoding Identity() => this with
    {
        Status = default,
        PayloadOffset = 0,
        PayloadLength = 0,
        Oddities = Oddities & ~(Oddities.PacketCut | Oddities.TcpFlagsMissing | Oddities.TcpDataOffsetInvalid | Oddities.UdpLengthInvalid),
        TcpFlags = 0,
        CarriesData = false,
    };

    /// <summary>What holds for any bytes.</summary>
    public void AssertSound(int captured)
    {
        Assert.True(Status < DecodeStatus.Count);
        if (!FoundIp) return;
        Assert.True(Version is 4 or 6);
        Assert.InRange(AddressOffset, 0, captured - AddressBytes);
        Assert.True(IpLength >= 20);
        Assert.InRange(PayloadLength, 0, captured);
        if (PayloadLength > 0) Assert.InRange(PayloadOffset, AddressOffset + AddressBytes, captured - PayloadLength);
        if (Status == DecodeStatus.LaterFragment) Assert.True(IsFragment);
        if (Status != DecodeStatus.Decoded) Assert.Equal((0, 0, 0), (SourcePort, DestinationPort, TcpFlags));
    }

    private static Decoding Of(ReadOnlySpan<byte> frame, LinkType linkType, byte behind)
    {
        var buffer = new byte[frame.Length + FrameBatch.Slack];
        buffer.AsSpan().Fill(behind);
        frame.CopyTo(buffer);
        fixed (byte* start = buffer)
        {
            DecodeStatus status = FrameDecoder.Decode(start, frame.Length, linkType, out PacketSummary p);
            return new(
                status, p.Version, p.Protocol, Offset(p.Addresses, start), Offset(p.Payload, start), p.PayloadLength, p.IpLength, p.FragmentId,
                p.SourcePort, p.DestinationPort, p.Vlan, p.Oddities, p.TcpFlags, p.IcmpType, p.IcmpCode, p.CarriesData, p.IsFragment, p.LinkBroadcast);
        }
    }

    private static int Offset(byte* at, byte* start) => at == null ? -1 : (int)(at - start);
}
