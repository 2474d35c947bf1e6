using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Wire;

/// <summary>The network layer and the ports above it.</summary>
public static unsafe partial class FrameDecoder
{
    internal static DecodeStatus DecodeIpv4(byte* ip, int available, ref PacketSummary packet)
    {
        if (available < Ip.V4MinHeader) return DecodeStatus.Ipv4HeaderCut;
        int versionAndLength = ip[0];
        if (versionAndLength >> 4 != 4) return DecodeStatus.Ipv4VersionInvalid;
        int header = (versionAndLength & 15) * 4;
        if (header < Ip.V4MinHeader) return DecodeStatus.Ipv4HeaderLengthInvalid;
        int total = U16(ip + Ip.V4TotalLength);
        if (total < header)
        {
            if (total != 0) return DecodeStatus.Ipv4TotalLengthInvalid;
            packet.Oddities |= Oddities.Ipv4TotalLengthZero;
            total = available;
        }

        if (available < header) return DecodeStatus.Ipv4HeaderCut;
        packet.Version = 4;
        packet.Addresses = ip + Ip.V4Source;
        packet.IpLength = (uint)total;
        packet.Protocol = ip[Ip.V4Protocol];
        packet.Oddities |= total > available ? Oddities.PacketCut : Oddities.None;
        available = Math.Min(available, total);
        int fragment = U16(ip + Ip.V4FlagsFragment);
        if ((fragment & (Ip.V4MoreFragments | Ip.V4FragmentOffset)) != 0)
        {
            packet.IsFragment = true;
            packet.FragmentId = U16(ip + Ip.V4Id);
            if ((fragment & Ip.V4FragmentOffset) != 0)
            {
                packet.Payload = ip + header;
                packet.PayloadLength = available - header;
                packet.TransportOffset = (ushort)(header - Ip.V4Source);
                return DecodeStatus.LaterFragment;
            }
        }

        byte* payload = ip + header;
        available -= header;
        if (packet.Protocol == Ip.Ah && !SkipAh(ref payload, ref available, ref packet)) return DecodeStatus.PortsMissing;
        return DecodeTransport(payload, available, (uint)(total - (payload - ip)), ref packet);
    }

    internal static DecodeStatus DecodeIpv6(byte* ip, int available, ref PacketSummary packet)
    {
        if (available < Ip.V6Header) return DecodeStatus.Ipv6HeaderCut;
        if (ip[0] >> 4 != 6) return DecodeStatus.Ipv6VersionInvalid;
        uint payloadLength = (uint)U16(ip + Ip.V6PayloadLength);
        packet.Version = 6;
        packet.Addresses = ip + Ip.V6Source;
        packet.IpLength = Ip.V6Header + payloadLength;
        byte next = ip[Ip.V6NextHeader];
        byte* at = ip + Ip.V6Header;
        available -= Ip.V6Header;

        // Fewer bytes than the shortest header are the padding of a short Ethernet frame.
        if (payloadLength == 0 && next is Ip.Tcp or Ip.Udp or Ip.HopByHop && available >= (next == Ip.Tcp ? Ip.TcpMinHeader : 8)) ReadZeroPayloadLength(at, available, next, ref packet);
        uint declared = packet.IpLength - Ip.V6Header;
        packet.Oddities |= declared > (uint)available ? Oddities.PacketCut : Oddities.None;
        available = (int)Math.Min((uint)available, declared);

        // The common case has no extension header at all.
        return next is Ip.Tcp or Ip.Udp
            ? FinishIpv6(at, available, next, declared, ref packet)
            : WalkExtensions(at, available, next, declared, ref packet);
    }

    private static DecodeStatus FinishIpv6(byte* at, int available, byte protocol, uint declared, ref PacketSummary packet)
    {
        packet.Protocol = protocol;
        return DecodeTransport(at, available, declared, ref packet);
    }

    private static DecodeStatus WalkExtensions(byte* at, int available, byte next, uint declared, ref PacketSummary packet)
    {
        for (int headers = 0; ; headers++)
        {
            if (next is not (Ip.HopByHop or Ip.Routing or Ip.DestinationOptions or Ip.Fragment or Ip.Ah)) return FinishIpv6(at, available, next, declared, ref packet);
            packet.Protocol = next;
            if (headers == Ip.MaxExtensions) return DecodeStatus.Ipv6ExtensionChainTooLong;
            if (available < 8) return DecodeStatus.Ipv6ExtensionCut;
            int length = next switch
            {
                Ip.Fragment => 8,
                Ip.Ah => (at[1] + 2) * 4,
                _ => (at[1] + 1) * 8,
            };
            if (next == Ip.Fragment)
            {
                int field = U16(at + 2);

                // Offset 0 without more fragments is an atomic fragment (RFC 6946): a whole packet.
                packet.IsFragment = (field & 0xfff9) != 0;
                packet.FragmentId = U32(at + 4);
                if (field >> 3 != 0)
                {
                    packet.Protocol = at[0];
                    packet.Payload = at + length;
                    packet.PayloadLength = available - length;
                    packet.TransportOffset = (ushort)Math.Min(packet.Payload - packet.Addresses, ushort.MaxValue);
                    return DecodeStatus.LaterFragment;
                }
            }

            if (length > available) return DecodeStatus.Ipv6ExtensionCut;
            next = at[0];
            at += length;
            available -= length;
            declared -= Math.Min(declared, (uint)length);
        }
    }

    /// <summary>Payload length 0 means a jumbogram (RFC 2675), or a segment that the network card was to cut up.</summary>
    private static void ReadZeroPayloadLength(byte* at, int available, byte next, ref PacketSummary packet)
    {
        if (next == Ip.HopByHop && available >= 8)
        {
            int end = Math.Min(available, (at[1] + 1) * 8);
            for (int i = 2; i + 1 < end;)
            {
                if (at[i] == 0) { i++; continue; }
                if (at[i] == Ip.JumboOption && at[i + 1] == 4 && i + 6 <= end)
                {
                    packet.IpLength = (uint)Math.Min(uint.MaxValue, Ip.V6Header + (ulong)U32(at + i + 2));
                    return;
                }

                i += 2 + at[i + 1];
            }
        }

        packet.Oddities |= Oddities.Ipv6PayloadLengthZero;
        packet.IpLength = Ip.V6Header + (uint)available;
    }

    /// <summary>Steps over authentication headers (RFC 4302); their payload is not encrypted.</summary>
    private static bool SkipAh(ref byte* at, ref int available, ref PacketSummary packet)
    {
        for (int headers = 0; packet.Protocol == Ip.Ah && headers < Ip.MaxExtensions; headers++)
        {
            if (available < 8) return false;
            int length = (at[1] + 2) * 4;
            if (length > available) return false;
            packet.Protocol = at[0];
            at += length;
            available -= length;
        }

        return true;
    }

    /// <param name="declared">Bytes that the IP header says the transport has; at least <paramref name="available"/>.</param>
    private static DecodeStatus DecodeTransport(byte* at, int available, uint declared, ref PacketSummary packet)
    {
        packet.Payload = at;
        packet.PayloadLength = available;
        packet.TransportOffset = (ushort)Math.Min(at - packet.Addresses, ushort.MaxValue);
        switch (packet.Protocol)
        {
            case Ip.Tcp:
                if (available < 4) break;
                packet.SourcePort = U16(at);
                packet.DestinationPort = U16(at + 2);
                if (available > Ip.TcpFlags) ReadTcp(at, available, declared, ref packet);
                else NoTcpFlags(ref packet);
                return DecodeStatus.Decoded;

            case Ip.Udp or Ip.UdpLite:
                if (available < 4) break;
                packet.SourcePort = U16(at);
                packet.DestinationPort = U16(at + 2);
                int header = Math.Min(Ip.UdpHeader, available);
                packet.Payload = at + header;
                packet.PayloadLength = available - header;
                packet.DataLength = declared - Math.Min(declared, Ip.UdpHeader);

                // A length of 0 is allowed for jumbograms (RFC 2675); fragments carry the length of the whole datagram.
                if (available >= 6 && U16(at + Ip.UdpLength) is var length && (length < Ip.UdpHeader || length > declared) && length != 0
                    && !packet.IsFragment && packet.Protocol == Ip.Udp)
                    packet.Oddities |= Oddities.UdpLengthInvalid;
                return DecodeStatus.Decoded;

            case Ip.Sctp or Ip.Dccp:
                if (available < 4) break;
                packet.SourcePort = U16(at);
                packet.DestinationPort = U16(at + 2);
                int common = Math.Min(Ip.SctpHeader, available);
                packet.Payload = at + common;
                packet.PayloadLength = available - common;
                packet.DataLength = declared - Math.Min(declared, Ip.SctpHeader);
                return DecodeStatus.Decoded;

            case Ip.Icmp or Ip.Icmpv6:
                if (available < 2) break;
                packet.IcmpType = at[0];
                packet.IcmpCode = at[1];
                return DecodeStatus.Decoded;

            default:
                return DecodeStatus.Decoded;
        }

        packet.PayloadLength = 0;
        return DecodeStatus.PortsMissing;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadTcp(byte* at, int available, uint declared, ref PacketSummary packet)
    {
        packet.TcpFlags = (byte)(at[Ip.TcpFlags] & 0x3f);
        int header = (at[Ip.TcpDataOffset] >> 4) * 4;
        if (header < Ip.TcpMinHeader || (uint)header > declared)
        {
            packet.Oddities |= Oddities.TcpDataOffsetInvalid;
            packet.PayloadLength = 0;
            return;
        }

        packet.DataLength = declared - (uint)header;
        header = Math.Min(header, available);
        packet.Payload = at + header;
        packet.PayloadLength = available - header;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void NoTcpFlags(ref PacketSummary packet)
    {
        packet.Oddities |= Oddities.TcpFlagsMissing;
        packet.PayloadLength = 0;
    }
}
