using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// Secret of the flow hash. Random in production, because the table is indexed by bytes that an attacker chooses; fixed in tests. The seed
/// never shows in results.
/// </summary>
public readonly struct HashSeed(ulong a, ulong b, ulong c)
{
    public static HashSeed Random()
    {
        Span<byte> bytes = stackalloc byte[24];
        RandomNumberGenerator.Fill(bytes);
        return new(BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes[8..]), BitConverter.ToUInt64(bytes[16..]));
    }

    public static HashSeed Fixed { get; } = new(0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0);

    /// <summary>Hash of two words: two rounds of 64 x 64 -> 128 bit multiplication, both halves folded (the construction of wyhash).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Mix(ulong x, ulong y) => FoldedProduct.Of(FoldedProduct.Of(x ^ a, y ^ b) ^ c, 0x9e3779b97f4a7c15);
}
