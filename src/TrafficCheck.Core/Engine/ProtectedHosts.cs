using System.Net;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Which subjects an address belongs to: the protected prefixes cut into disjoint ranges, searched by halving. One bit for each subject.
/// </summary>
public sealed class ProtectedHosts
{
    private readonly UInt128[] _starts;
    private readonly ulong[] _subjects;

    /// <param name="addresses">For each subject of the matrix, in its order, the protected addresses and prefixes.</param>
    public ProtectedHosts(IReadOnlyList<IReadOnlyList<IPNetwork>> addresses)
    {
        var bounds = new SortedDictionary<UInt128, List<(int Subject, bool Begins)>>();
        for (int subject = 0; subject < addresses.Count; subject++)
        {
            foreach (IPNetwork network in addresses[subject])
            {
                foreach (var (first, last) in AddressPrefix.From(network).Ranges())
                {
                    At(first.Value).Add((subject, true));
                    if (last.Value != UInt128.MaxValue) At(last.Value + 1).Add((subject, false));
                }
            }
        }

        var counts = new int[addresses.Count];
        var starts = new List<UInt128> { 0 };
        var subjects = new List<ulong> { 0 };
        foreach (var (start, changes) in bounds)
        {
            foreach (var (subject, begins) in changes) counts[subject] += begins ? 1 : -1;
            ulong mask = 0;
            for (int s = 0; s < counts.Length; s++) mask |= counts[s] > 0 ? 1UL << s : 0;
            if (start == starts[^1]) subjects[^1] = mask;
            else if (mask != subjects[^1])
            {
                starts.Add(start);
                subjects.Add(mask);
            }
        }

        _starts = [.. starts];
        _subjects = [.. subjects];

        List<(int, bool)> At(UInt128 value)
        {
            if (!bounds.TryGetValue(value, out var list)) bounds[value] = list = [];
            return list;
        }
    }

    /// <returns>Bit s is set when the address is protected as subject s.</returns>
    public ulong SubjectsOf(IpAddress address)
    {
        int low = 0, high = _starts.Length;
        while (high - low > 1)
        {
            int middle = (low + high) >>> 1;
            if (_starts[middle] <= address.Value) low = middle;
            else high = middle;
        }

        return _subjects[low];
    }
}
