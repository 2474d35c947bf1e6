using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TrafficCheck.Core.Wire;

/// <summary>Verifies Internet checksums (RFC 1071) of packets that were captured whole; of others only the IPv4 header's.</summary>
public static unsafe class Checksums
{
    private const int TcpChecksum = 16, UdpChecksum = 6, IcmpChecksum = 2;

    /// <summary>Both checksums of a packet that was decoded to its transport, or of a fragment.</summary>
    public static ChecksumFaults Check(in PacketSummary packet) =>
        CheckNetwork(in packet) | (CoversTransport(in packet) ? CheckTransport(in packet) : ChecksumFaults.None);

    /// <summary>The IPv4 header's checksum; IPv6 has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ChecksumFaults CheckNetwork(in PacketSummary packet)
    {
        if (packet.Version != 4) return ChecksumFaults.None;

        // SAFETY: the decoder found the whole IPv4 header.
        byte* ip = packet.Addresses - Ip.V4Source;
        ulong sum = Unsafe.ReadUnaligned<uint>(ip) + (ulong)Unsafe.ReadUnaligned<uint>(ip + 4) + Unsafe.ReadUnaligned<uint>(ip + 8)
            + Unsafe.ReadUnaligned<uint>(ip + 12) + Unsafe.ReadUnaligned<uint>(ip + 16);
        if (*ip != 0x45) sum += SumOptions(ip);
        if (IsComplete(sum)) return ChecksumFaults.None;
        return Unsafe.ReadUnaligned<ushort>(ip + 10) == 0 ? ChecksumFaults.Offloaded : ChecksumFaults.Ipv4Header;
    }

    /// <summary>
    /// Whether the packet was captured whole, so that its transport's checksum can be verified. Without branches: half the packets of a trace with a
    /// snap length are whole, and no processor guesses which. Extension headers of IPv6 are rare and may change the address that the checksum
    /// covers: such packets are left alone.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CoversTransport(in PacketSummary packet)
    {
        const Oddities partial = Oddities.PacketCut | Oddities.Ipv4TotalLengthZero | Oddities.Ipv6PayloadLengthZero | Oddities.TcpFlagsMissing
            | Oddities.TcpDataOffsetInvalid | Oddities.UdpLengthInvalid;
        return !packet.IsFragment & (packet.TransportOffset != 0) & ((packet.Oddities & partial) == 0)
            & ((packet.Version == 4) | (packet.TransportOffset == Ip.V6Header - Ip.V6Source));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong SumOptions(byte* ip) => Sum(ip + Ip.V4MinHeader, ((*ip & 15) * 4) - Ip.V4MinHeader);

    /// <summary>The checksum of the transport of a packet that <see cref="CoversTransport"/> answers for.</summary>
    public static ChecksumFaults CheckTransport(in PacketSummary packet)
    {
        byte* at = packet.Addresses + packet.TransportOffset;
        return CheckTransport(packet.Addresses, packet.Version == 4, packet.Protocol, at, packet.Payload + packet.PayloadLength - at);
    }

    /// <param name="addresses">Source address, directly followed by the destination address.</param>
    /// <param name="at">The transport's header, with <see cref="FrameBatch.Slack"/> readable bytes behind its end.</param>
    /// <param name="length">Bytes from there to the end of the packet, all of them captured.</param>
    public static ChecksumFaults CheckTransport(byte* addresses, bool v4, byte protocol, byte* at, long length)
    {
        int field;
        switch (protocol)
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
            case Ip.Icmp when v4:
                if (length < 4) return ChecksumFaults.None;
                return IsComplete(Sum(at, length)) ? ChecksumFaults.None
                    : Unsafe.ReadUnaligned<ushort>(at + IcmpChecksum) == 0 ? ChecksumFaults.Offloaded
                    : ChecksumFaults.Transport;
            case Ip.Icmpv6 when !v4:
                field = IcmpChecksum;
                if (length < 4) return ChecksumFaults.None;
                break;
            default:
                return ChecksumFaults.None;
        }

        ulong pseudo = (v4
                ? Unsafe.ReadUnaligned<uint>(addresses) + (ulong)Unsafe.ReadUnaligned<uint>(addresses + 4)
                : Sum(addresses, 32))
            + BinaryPrimitives.ReverseEndianness((ushort)protocol) + Swapped((uint)length);
        if (IsComplete(pseudo + Sum(at, length))) return ChecksumFaults.None;
        ushort found = Unsafe.ReadUnaligned<ushort>(at + field);
        return found == 0 || found == Fold(pseudo) ? ChecksumFaults.Offloaded : ChecksumFaults.Transport;
    }

    /// <summary>The two halves of a number as they stand on the wire, added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Swapped(uint length) =>
        (ulong)BinaryPrimitives.ReverseEndianness((ushort)length) + BinaryPrimitives.ReverseEndianness((ushort)(length >> 16));

    /// <summary>
    /// Whether the folded sum is 0xffff, which is to say that the sum is a multiple of it and not 0. A product with the inverse modulo 2^64 tells
    /// that at once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsComplete(ulong sum) => (sum * 0xfffe_fffe_fffe_ffff <= ulong.MaxValue / 0xffff) & (sum != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Fold(ulong sum)
    {
        sum = (sum & 0xffff_ffff) + (sum >> 32);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)((sum & 0xffff) + (sum >> 16));
    }

    /// <summary>Sum of 16-bit words in the order of the machine; which order does not matter to whether it is complete (RFC 1071 section 2).</summary>
    /// <param name="at">With <see cref="FrameBatch.Slack"/> readable bytes behind its end.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Sum(byte* at, long length)
    {
        const int Short = 64;
        if (length > Short) return SumLong(at, length);

        // Without branches, because no processor guesses how long the next packet is. What lies behind the end is masked out.
        // SAFETY: FrameBatch.Slack is as long as what is read here.
        Vector256<uint> mask = Vector256.Create(0xffffu);
        Vector256<sbyte> end = Vector256.Create((sbyte)length), places = Vector256<sbyte>.Indices;
        Vector256<uint> first = Vector256.Load((uint*)at) & Vector256.GreaterThan(end, places).AsUInt32();
        Vector256<uint> second = Vector256.Load((uint*)at + 8) & Vector256.GreaterThan(end, places + Vector256.Create((sbyte)32)).AsUInt32();
        return Vector256.Sum((first & mask) + (first >>> 16) + (second & mask) + (second >>> 16));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong SumLong(byte* at, long length)
    {
        Vector256<uint> mask = Vector256.Create(0xffffu);

        // Two halves of 16 bits in each 32-bit lane; a lane takes 65536 steps of 32 bytes before it can overflow.
        Vector256<uint> low = Vector256<uint>.Zero, high = Vector256<uint>.Zero;
        for (; length >= 32; length -= 32, at += 32)
        {
            Vector256<uint> words = Vector256.Load((uint*)at);
            low += words & mask;
            high += words >>> 16;
        }

        var (lower, upper) = Vector256.Widen(low);
        var (third, fourth) = Vector256.Widen(high);
        ulong sum = Vector256.Sum(lower + upper + third + fourth);
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
