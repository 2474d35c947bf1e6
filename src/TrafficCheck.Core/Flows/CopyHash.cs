using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// Hash of what stays the same in a packet between two points of a mirror: addresses, length, identification, fragment, transport header and
/// the beginning and end of the payload. What routers and switches change (TTL, header checksum, service class, MAC addresses, tags) is left
/// out. The transport's checksum is in it, and so stands for the payload in between.
/// </summary>
internal static unsafe class CopyHash
{
    /// <summary>Bytes behind the IP header that are hashed: a TCP header with its options says nearly all, other payloads less.</summary>
    private const int TcpBytes = 32, OtherBytes = 64;

    private const ulong One = 0xa0761d6478bd642f, Two = 0xe7037ed1a0b428db;

    public static ulong Of(in PacketSummary packet, ulong seed)
    {
        // SAFETY: the decoder found a whole IP header around the addresses, and Payload + PayloadLength inside the captured bytes.
        byte* at = packet.Addresses + packet.TransportOffset;
        ulong hash;
        if (packet.Version == 4)
        {
            byte* ip = packet.Addresses - Ip.V4Source;
            ulong start = Unsafe.ReadUnaligned<ulong>(ip) & 0xffff_ffff_ffff_00ff; // without the service class
            hash = Fold(start ^ seed, Unsafe.ReadUnaligned<ulong>(packet.Addresses) ^ One ^ packet.Protocol);
        }
        else
        {
            byte* ip = packet.Addresses - Ip.V6Source;
            ulong start = Unsafe.ReadUnaligned<ulong>(ip) & 0x00ff_ffff_ffff_0f00; // without traffic class and hop limit
            hash = Fold(start ^ seed, Unsafe.ReadUnaligned<ulong>(packet.Addresses) ^ One);
            hash = Fold(hash ^ Unsafe.ReadUnaligned<ulong>(packet.Addresses + 8), Unsafe.ReadUnaligned<ulong>(packet.Addresses + 16) ^ Two);
            hash = Fold(hash ^ Unsafe.ReadUnaligned<ulong>(packet.Addresses + 24), One);
        }

        byte* end = packet.Payload + packet.PayloadLength;
        long length = end - at;
        if (length < 16) return Short(hash, at, length);

        // The last 16 bytes, which overlap what the steps before them took when there is less.
        byte* last = end - 16;
        hash = Fold(hash ^ Unsafe.ReadUnaligned<ulong>(last), Unsafe.ReadUnaligned<ulong>(last + 8) ^ Two);
        byte* stop = packet.Protocol == Ip.Tcp ? at + TcpBytes : at + OtherBytes;
        if (stop > last) stop = last;
        for (; at < stop; at += 16) hash = Fold(hash ^ Unsafe.ReadUnaligned<ulong>(at), Unsafe.ReadUnaligned<ulong>(at + 8) ^ One);
        return hash;
    }

    private static ulong Short(ulong hash, byte* at, long length)
    {
        // SAFETY: a batch has readable bytes behind its last frame (FrameBatch.Slack); those behind this packet are masked out.
        if (length <= 0) return hash;
        ulong first = Unsafe.ReadUnaligned<ulong>(at), second = 0;
        if (length < 8) first &= (1UL << (int)(8 * length)) - 1;
        else if (length > 8) second = Unsafe.ReadUnaligned<ulong>(at + 8) & ((1UL << (int)(8 * (length - 8))) - 1);
        return Fold(hash ^ first, second ^ Two ^ (ulong)length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }
}
