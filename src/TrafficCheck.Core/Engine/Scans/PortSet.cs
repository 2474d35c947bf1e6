using System.Numerics;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>Distinct ports: a few as a list, many as 8 KiB of bits.</summary>
internal sealed class PortSet
{
    private const int Few = 16;

    private ushort[] _few = [];
    private int _count;
    private ulong[]? _bits;

    public int Count => _count;

    /// <summary>The lowest of them, ascending.</summary>
    public IEnumerable<int> Lowest(int most) => (_bits is null ? _few.Take(_count).Select(p => (int)p).Order() : FromBits(_bits)).Take(most);

    public void Add(int port)
    {
        if (_bits is not null)
        {
            ref ulong word = ref _bits[port >> 6];
            ulong bit = 1UL << (port & 63);
            if ((word & bit) != 0) return;
            word |= bit;
            _count++;
            return;
        }

        for (int i = 0; i < _count; i++)
        {
            if (_few[i] == port) return;
        }

        if (_count == Few)
        {
            _bits = new ulong[1024];
            for (int i = 0; i < Few; i++) _bits[_few[i] >> 6] |= 1UL << (_few[i] & 63);
            _few = [];
            Add(port);
            return;
        }

        if (_count == _few.Length) Array.Resize(ref _few, Math.Max(2, _count * 2));
        _few[_count++] = (ushort)port;
    }

    public void Add(PortSet other)
    {
        foreach (int port in other.Lowest(int.MaxValue)) Add(port);
    }

    public PortSet Fork()
    {
        var fork = (PortSet)MemberwiseClone();
        if (_few.Length > 0) fork._few = (ushort[])_few.Clone();
        fork._bits = (ulong[]?)_bits?.Clone();
        return fork;
    }

    private static IEnumerable<int> FromBits(ulong[] bits)
    {
        for (int i = 0; i < bits.Length; i++)
        {
            for (ulong left = bits[i]; left != 0; left &= left - 1) yield return (i << 6) + BitOperations.TrailingZeroCount(left);
        }
    }
}
