using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>A socket that flows proved a server, as it is kept between runs.</summary>
/// <param name="Transport">IP protocol number.</param>
/// <param name="FirstNs">First packet of the earliest flow that proved it, in nanoseconds since 1970 of packet time.</param>
/// <param name="LastNs">Last packet of the latest one.</param>
/// <param name="Proofs">Flows that proved it.</param>
public readonly record struct ProvenServer(IpAddress Address, ushort Port, byte Transport, long FirstNs, long LastNs, long Proofs)
{
    /// <summary>By address, port and transport.</summary>
    public static IComparer<ProvenServer> BySocket { get; } = Comparer<ProvenServer>.Create(Compare);

    private static int Compare(ProvenServer one, ProvenServer other)
    {
        int order = one.Address.CompareTo(other.Address);
        if (order == 0) order = one.Port.CompareTo(other.Port);
        return order != 0 ? order : one.Transport.CompareTo(other.Transport);
    }

    /// <summary>
    /// Both lists as one, each socket once, in order. Of more than <paramref name="most"/> those stay that were proven last; of equal age those
    /// proven more often, then the lower ones. What stays does not depend on the order of either list.
    /// </summary>
    /// <param name="dropped">How many did not stay.</param>
    public static IReadOnlyList<ProvenServer> Merge(IEnumerable<ProvenServer> kept, IEnumerable<ProvenServer> proven, int most, out int dropped)
    {
        List<ProvenServer> all = [.. kept.Concat(proven)];
        all.Sort(BySocket);
        int count = 0;
        for (int i = 0; i < all.Count; i++)
        {
            ProvenServer next = all[i];
            if (count > 0 && Compare(all[count - 1], next) == 0)
            {
                ProvenServer one = all[count - 1];
                long proofs = one.Proofs > long.MaxValue - next.Proofs ? long.MaxValue : one.Proofs + next.Proofs;
                all[count - 1] = one with { FirstNs = Math.Min(one.FirstNs, next.FirstNs), LastNs = Math.Max(one.LastNs, next.LastNs), Proofs = proofs };
            }
            else all[count++] = next;
        }

        all.RemoveRange(count, all.Count - count);
        dropped = Math.Max(0, count - most);
        if (dropped == 0) return all;
        all.Sort((a, b) =>
        {
            int order = b.LastNs.CompareTo(a.LastNs);
            if (order == 0) order = b.Proofs.CompareTo(a.Proofs);
            return order != 0 ? order : Compare(a, b);
        });
        all.RemoveRange(most, dropped);
        all.Sort(BySocket);
        return all;
    }
}
