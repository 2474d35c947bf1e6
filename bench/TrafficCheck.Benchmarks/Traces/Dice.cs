namespace TrafficCheck.Benchmarks.Traces;

/// <summary>SplitMix64: the same numbers on every machine and runtime.</summary>
internal struct Dice(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <returns>From 0 to below <paramref name="bound"/>.</returns>
    public int Below(int bound) => (int)(((Next() >> 32) * (uint)bound) >> 32);

    public bool OneIn(int n) => Below(n) == 0;

    /// <returns>From 0 to below 1.</returns>
    public double Fraction() => (Next() >> 11) * (1.0 / (1L << 53));
}
