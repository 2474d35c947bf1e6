using System.Numerics;
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
    /// <summary>Bytes behind the IP header that are hashed; of TCP half of them, because its header says nearly all.</summary>
    private const int OtherBytes = 64;

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
            hash = FoldedProduct.Of(start ^ seed, Unsafe.ReadUnaligned<ulong>(packet.Addresses) ^ One ^ packet.Protocol);
        }
        else
        {
            byte* ip = packet.Addresses - Ip.V6Source;
            ulong start = Unsafe.ReadUnaligned<ulong>(ip) & 0x00ff_ffff_ffff_0f00; // without traffic class and hop limit
            hash = FoldedProduct.Of(start ^ seed, Unsafe.ReadUnaligned<ulong>(packet.Addresses) ^ One);
            hash = FoldedProduct.Of(hash ^ Unsafe.ReadUnaligned<ulong>(packet.Addresses + 8), Unsafe.ReadUnaligned<ulong>(packet.Addresses + 16) ^ Two);
            hash = FoldedProduct.Of(hash ^ Unsafe.ReadUnaligned<ulong>(packet.Addresses + 24), One);
        }

        byte* end = packet.Payload + packet.PayloadLength;
        long length = end - at;
        if (length < 16) return Short(hash, at, length);

        // Chains of multiplications that do not wait for each other. The last 16 bytes overlap what the steps before them took when there is less.
        byte* last = end - 16, second = length < 32 ? last : at + 16;
        ulong first = FoldedProduct.Of(Unsafe.ReadUnaligned<ulong>(at) ^ seed, Unsafe.ReadUnaligned<ulong>(at + 8) ^ One);
        ulong next = FoldedProduct.Of(Unsafe.ReadUnaligned<ulong>(second) ^ seed, Unsafe.ReadUnaligned<ulong>(second + 8) ^ Two);
        ulong ending = FoldedProduct.Of(Unsafe.ReadUnaligned<ulong>(last) ^ Two, Unsafe.ReadUnaligned<ulong>(last + 8) ^ seed);
        hash = FoldedProduct.Of(hash ^ BitOperations.RotateLeft(first, 17), next ^ BitOperations.RotateLeft(ending, 29) ^ (ulong)length);
        if (packet.Protocol == Ip.Tcp) return hash;
        byte* stop = at + OtherBytes;
        if (stop > last) stop = last;
        for (at += 32; at < stop; at += 16) hash = FoldedProduct.Of(hash ^ Unsafe.ReadUnaligned<ulong>(at), Unsafe.ReadUnaligned<ulong>(at + 8) ^ One);
        return hash;
    }

    private static ulong Short(ulong hash, byte* at, long length)
    {
        // SAFETY: a batch has readable bytes behind its last frame (FrameBatch.Slack); those behind this packet are masked out.
        if (length <= 0) return hash;
        ulong first = Unsafe.ReadUnaligned<ulong>(at), second = 0;
        if (length < 8) first &= (1UL << (int)(8 * length)) - 1;
        else if (length > 8) second = Unsafe.ReadUnaligned<ulong>(at + 8) & ((1UL << (int)(8 * (length - 8))) - 1);
        return FoldedProduct.Of(hash ^ first, second ^ Two ^ (ulong)length);
    }
}
