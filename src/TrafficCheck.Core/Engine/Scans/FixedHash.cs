namespace TrafficCheck.Core.Engine.Scans;

/// <summary>A hash for estimates: without a secret, because what is estimated must come out the same in every run. Never an index of a table.</summary>
internal static class FixedHash
{
    public static ulong Of(UInt128 value) => Mix((ulong)(value >> 64) + 0x9e3779b97f4a7c15 + Mix((ulong)value));

    /// <summary>SplitMix64's finaliser.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
}
