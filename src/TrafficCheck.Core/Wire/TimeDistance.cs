using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Wire;

/// <summary>How far two times are apart. They come from the capture, so that their difference may need 64 bits without a sign.</summary>
internal static class TimeDistance
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(long x, long y) => (ulong)Math.Max(x, y) - (ulong)Math.Min(x, y);
}
