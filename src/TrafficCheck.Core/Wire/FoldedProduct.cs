using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TrafficCheck.Core.Wire;

/// <summary>The step that all hashes here are made of: a product of 64 x 64 bits whose halves are folded (the construction of wyhash).</summary>
internal static class FoldedProduct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong x, ulong y)
    {
        // Two multiplications without memory are faster than one that stores half of its result to be loaded again.
        if (Bmi2.X64.IsSupported) return Bmi2.X64.MultiplyNoFlags(x, y) ^ (x * y);
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }
}
