using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TrafficCheck.Core.Wire;

/// <summary>Verifies Internet checksums (RFC 1071) of packets that were captured whole; of others only the IPv4 header's.</summary>
public static unsafe class Checksums
{
    private const int TcpChecksum = 16, UdpChecksum = 6, IcmpChecksum = 2;

    /// <param name="packet">A packet that was decoded to its transport, or a fragment.</param>
    public static ChecksumFaults Check(in PacketSummary packet)
    {
        var faults = ChecksumFaults.None;
        if (packet.Version == 4)
        {
            // SAFETY: the decoder found the whole IPv4 header.
            byte* ip = packet.Addresses - Ip.V4Source;
            ulong sum = Unsafe.ReadUnaligned<uint>(ip) + (ulong)Unsafe.ReadUnaligned<uint>(ip + 4) + Unsafe.ReadUnaligned<uint>(ip + 8)
                + Unsafe.ReadUnaligned<uint>(ip + 12) + Unsafe.ReadUnaligned<uint>(ip + 16);
            if (*ip != 0x45) sum += Sum(ip + Ip.V4MinHeader, ((*ip & 15) * 4) - Ip.V4MinHeader);
            if (!IsComplete(sum)) faults = Unsafe.ReadUnaligned<ushort>(ip + 10) == 0 ? ChecksumFaults.Offloaded : ChecksumFaults.Ipv4Header;
        }

        const Oddities partial = Oddities.PacketCut | Oddities.Ipv4TotalLengthZero | Oddities.Ipv6PayloadLengthZero | Oddities.TcpFlagsMissing
            | Oddities.TcpDataOffsetInvalid | Oddities.UdpLengthInvalid;
        if (packet.IsFragment || packet.TransportOffset == 0 || (packet.Oddities & partial) != 0) return faults;

        // A routing header changes the address that the checksum covers, and extension headers are rare: these are left alone.
        if (packet.Version == 6 && packet.TransportOffset != Ip.V6Header - Ip.V6Source) return faults;
        return faults | CheckTransport(in packet);
    }

    private static ChecksumFaults CheckTransport(in PacketSummary packet)
    {
        byte* at = packet.Addresses + packet.TransportOffset;
        long length = packet.Payload + packet.PayloadLength - at;
        int field;
        switch (packet.Protocol)
        {
            case Ip.Tcp:
                field = TcpChecksum;
                if (length < Ip.TcpMinHeader) return ChecksumFaults.None;
                break;
            case Ip.Udp:
                field = UdpChecksum;
                if (length < Ip.UdpHeader || Unsafe.ReadUnaligned<ushort>(at + UdpChecksum) == 0) return ChecksumFaults.None; // none was sent
                length = Math.Min(length, FrameDecoder.U16(at + Ip.UdpLength) is var said && said >= Ip.UdpHeader ? said : length);
                break;
            case Ip.Icmp when packet.Version == 4:
                if (length < 4) return ChecksumFaults.None;
                return IsComplete(Sum(at, length)) ? ChecksumFaults.None
                    : Unsafe.ReadUnaligned<ushort>(at + IcmpChecksum) == 0 ? ChecksumFaults.Offloaded
                    : ChecksumFaults.Transport;
            case Ip.Icmpv6 when packet.Version == 6:
                field = IcmpChecksum;
                if (length < 4) return ChecksumFaults.None;
                break;
            default:
                return ChecksumFaults.None;
        }

        ulong pseudo = Sum(packet.Addresses, packet.Version == 4 ? 8 : 32)
            + BinaryPrimitives.ReverseEndianness((ushort)packet.Protocol) + Swapped((uint)length);
        if (IsComplete(pseudo + Sum(at, length))) return ChecksumFaults.None;
        ushort found = Unsafe.ReadUnaligned<ushort>(at + field);
        return found == 0 || found == Fold(pseudo) ? ChecksumFaults.Offloaded : ChecksumFaults.Transport;
    }

    /// <summary>The two halves of a number as they stand on the wire, added.</summary>
    private static ulong Swapped(uint length) =>
        (ulong)BinaryPrimitives.ReverseEndianness((ushort)length) + BinaryPrimitives.ReverseEndianness((ushort)(length >> 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsComplete(ulong sum) => Fold(sum) == 0xffff;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Fold(ulong sum)
    {
        sum = (sum & 0xffff_ffff) + (sum >> 32);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)((sum & 0xffff) + (sum >> 16));
    }

    /// <summary>Sum of 16-bit words in the order of the machine; which order does not matter to whether it is complete (RFC 1071 section 2).</summary>
    private static ulong Sum(byte* at, long length)
    {
        ulong sum = 0;
        if (length >= 64)
        {
            // Two halves of 16 bits in each 32-bit lane; a lane takes 65536 steps of 32 bytes before it can overflow.
            Vector256<uint> low = Vector256<uint>.Zero, high = Vector256<uint>.Zero, mask = Vector256.Create(0xffffu);
            for (; length >= 32; length -= 32, at += 32)
            {
                Vector256<uint> words = Vector256.Load((uint*)at);
                low += words & mask;
                high += words >>> 16;
            }

            var (first, second) = Vector256.Widen(low);
            var (third, fourth) = Vector256.Widen(high);
            sum = Vector256.Sum(first + second + third + fourth);
        }

        for (; length >= 8; length -= 8, at += 8)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(at);
            sum += (word & 0xffff_ffff) + (word >> 32);
        }

        if (length >= 4)
        {
            sum += Unsafe.ReadUnaligned<uint>(at);
            at += 4;
            length -= 4;
        }

        if (length >= 2)
        {
            sum += Unsafe.ReadUnaligned<ushort>(at);
            at += 2;
            length -= 2;
        }

        // A last odd byte is the first of a word (in the order of a little-endian machine its lower half).
        if (length > 0) sum += BitConverter.IsLittleEndian ? *at : (uint)*at << 8;
        return sum;
    }
}
