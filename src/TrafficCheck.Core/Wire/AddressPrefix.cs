using System.Net;
using System.Net.Sockets;

namespace TrafficCheck.Core.Wire;

/// <summary>
/// An address prefix among the numbers of <see cref="IpAddress"/>. A prefix inside the IPv4-mapped range is one of IPv4, however it was
/// written; no other prefix holds IPv4 addresses, not even ::/0, in whose numbers they lie.
/// </summary>
/// <param name="First">The lowest address.</param>
/// <param name="Length">Leading bits that count, of 128: 96 more than the written length for IPv4.</param>
internal readonly record struct AddressPrefix(IpAddress First, int Length)
{
    /// <summary>Bits before the IPv4 address.</summary>
    public const int MappedLength = 96;

    private static readonly IpAddress s_mappedFirst = IpAddress.V4(0), s_mappedLast = IpAddress.V4(uint.MaxValue);

    public static AddressPrefix From(IPNetwork network)
    {
        int length = network.PrefixLength + (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? MappedLength : 0);
        return new(new IpAddress(IpAddress.From(network.BaseAddress).Value & MaskOf(length)), length);
    }

    public bool IsV4 => Length >= MappedLength && First.IsV4;

    public IpAddress Last => new(First.Value | ~MaskOf(Length));

    /// <summary>The addresses as ranges: one, or two where the IPv4-mapped range lies inside.</summary>
    public IEnumerable<(IpAddress First, IpAddress Last)> Ranges()
    {
        if (IsV4 || First > s_mappedFirst || Last < s_mappedLast) return [(First, Last)];
        return [(First, new IpAddress(s_mappedFirst.Value - 1)), (new IpAddress(s_mappedLast.Value + 1), Last)];
    }

    public bool Contains(IpAddress address) => (address.Value & MaskOf(Length)) == First.Value && address.IsV4 == IsV4;

    private static UInt128 MaskOf(int length) => length == 0 ? 0 : UInt128.MaxValue << (128 - length);
}
