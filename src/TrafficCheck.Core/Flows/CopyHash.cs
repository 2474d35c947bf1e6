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
        byte* at = packet.Addresses + packet.TransportOffset, end = packet.Payload + packet.PayloadLength;
        return packet.Version == 4
            ? OfV4(packet.Addresses - Ip.V4Source, at, end, packet.Protocol, seed)
            : OfV6(packet.Addresses - Ip.V6Source, at, end, packet.Protocol, seed);
    }

    /// <param name="at">Transport header.</param>
    /// <param name="end">Behind the last captured byte of the packet.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfV4(byte* ip, byte* at, byte* end, byte protocol, ulong seed)
    {
        ulong start = Unsafe.ReadUnaligned<ulong>(ip) & 0xffff_ffff_ffff_00ff; // without the service class
        ulong hash = FoldedProduct.Of(start ^ seed, Unsafe.ReadUnaligned<ulong>(ip + Ip.V4Source) ^ One ^ protocol);
        return WithTransport(hash, at, end, protocol, seed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfV6(byte* ip, byte* at, byte* end, byte protocol, ulong seed)
    {
        byte* addresses = ip + Ip.V6Source;
        ulong start = Unsafe.ReadUnaligned<ulong>(ip) & 0x00ff_ffff_ffff_0f00; // without traffic class and hop limit
        ulong hash = FoldedProduct.Of(start ^ seed, Unsafe.ReadUnaligned<ulong>(addresses) ^ One);
        hash = FoldedProduct.Of(hash ^ Unsafe.ReadUnaligned<ulong>(addresses + 8), Unsafe.ReadUnaligned<ulong>(addresses + 16) ^ Two);
        hash = FoldedProduct.Of(hash ^ Unsafe.ReadUnaligned<ulong>(addresses + 24), One);
        return WithTransport(hash, at, end, protocol, seed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong WithTransport(ulong hash, byte* at, byte* end, byte protocol, ulong seed)
    {
        long length = end - at;
        if (length < 16) return Short(hash, at, length);

        // Chains of multiplications that do not wait for each other. The last 16 bytes overlap what the steps before them took when there is less.
        byte* last = end - 16;
        long lacking = last - at - 16;
        byte* second = at + 16 + (lacking & (lacking >> 63)); // the first of the two; without a jump, because nothing tells the length of the next packet
        ulong first = FoldedProduct.Of(Unsafe.ReadUnaligned<ulong>(at) ^ seed, Unsafe.ReadUnaligned<ulong>(at + 8) ^ One);
        ulong next = FoldedProduct.Of(Unsafe.ReadUnaligned<ulong>(second) ^ seed, Unsafe.ReadUnaligned<ulong>(second + 8) ^ Two);
        ulong ending = FoldedProduct.Of(Unsafe.ReadUnaligned<ulong>(last) ^ Two, Unsafe.ReadUnaligned<ulong>(last + 8) ^ seed);
        hash = FoldedProduct.Of(hash ^ BitOperations.RotateLeft(first, 17), next ^ BitOperations.RotateLeft(ending, 29) ^ (ulong)length);
        return protocol == Ip.Tcp || length <= 48 ? hash : WithMiddle(hash, at, last);
    }

    /// <summary>What lies between the first 32 and the last 16 bytes, up to a bound.</summary>
    private static ulong WithMiddle(ulong hash, byte* at, byte* last)
    {
        byte* stop = at + OtherBytes;
        if (stop > last) stop = last;
        for (at += 32; at < stop; at += 16) hash = FoldedProduct.Of(hash ^ Unsafe.ReadUnaligned<ulong>(at), Unsafe.ReadUnaligned<ulong>(at + 8) ^ One);
        return hash;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
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
