using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Wire;

/// <summary>The step that all hashes here are made of: a product of 64 x 64 bits whose halves are folded (the construction of wyhash).</summary>
internal static class FoldedProduct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }
}
