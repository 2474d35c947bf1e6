using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TrafficCheck.Core.Flows;

/// <summary>Lines of the processor's cache.</summary>
internal static unsafe class CacheLine
{
    /// <summary>
    /// Begins to bring the line of an address into the nearest cache, where the processor has an instruction for it. A hint: the address may point anywhere,
    /// and nothing changes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
