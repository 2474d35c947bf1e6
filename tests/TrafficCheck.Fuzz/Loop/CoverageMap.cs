using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace TrafficCheck.Fuzz.Loop;

/// <summary>Counts of branches taken, 64 KiB, which instrumented code writes to by way of <see cref="Trace"/>.</summary>
internal static unsafe class CoverageMap
{
    public const int Size = 1 << 16;

    private static readonly byte* s_map = (byte*)NativeMemory.AlignedAlloc(Size, 64);

    /// <summary>Before any instrumented code runs: without a map it would write to nowhere.</summary>
    public static void Install()
    {
        Clear();
        Trace.SharedMem = s_map;
    }

    public static void Clear()
    {
        new Span<byte>(s_map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the last execution took a branch, or took one so often, as none before; it is then known.</summary>
    /// <param name="known">A bit for each class of counts of each branch.</param>
    public static bool AddTo(byte[] known)
    {
        bool found = false;
        var words = (ulong*)s_map;
        for (int i = 0; i < Size / 8; i++)
        {
            if (words[i] == 0) continue;
            for (int at = i * 8; at < (i * 8) + 8; at++)
            {
                byte count = s_map[at];
                if (count == 0) continue;
                byte bit = Class(count);
                if ((known[at] & bit) != 0) continue;
                known[at] |= bit;
                found = true;
            }
        }

        return found;
    }

    /// <summary>1, 2, 3, 4-7, 8-15, 16-31, 32-127, more: as AFL has it.</summary>
    private static byte Class(byte count) => count switch { 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
}
