using System.Security.Cryptography;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition;

/// <summary>
/// Secret of the hashes of this layer: tables here are indexed by addresses that an attacker writes into answers and announcements, and the
/// runtime's own hash of a 128-bit number folds its halves, which collides at will whatever the seed. The secret never shows in results.
/// </summary>
internal readonly struct KeyedHash(ulong a, ulong b)
{
    public static KeyedHash Create(ulong? seed)
    {
        if (seed is { } given) return new(given ^ 0x243f6a8885a308d3, given ^ 0x13198a2e03707344);
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new(BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes[8..]));
    }

    public ulong Mix(ulong x, ulong y) => FoldedProduct.Of(FoldedProduct.Of(x ^ a, y ^ b) ^ a, 0x9e3779b97f4a7c15);

    public ulong Mix(IpAddress address, ulong more) => Mix(Mix((ulong)(address.Value >> 64), (ulong)address.Value), more);
}
