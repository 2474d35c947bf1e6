using CsCheck;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;

namespace TrafficCheck.Core.Tests.Matrix;

public sealed class PeerPrefixesTests
{
    /// <summary>Addresses that share many of their leading bits, so that prefixes lie inside each other.</summary>
    private static readonly Gen<IpAddress> s_address = Gen.Select(
        Gen.Bool, Gen.ULong, Gen.Int[0, 60], Gen.Int[0, 3],
        (v4, bits, shift, upper) => v4 ? IpAddress.V4((uint)(bits >> 32) >> (shift % 32)) : IpAddress.V6(upper == 3 ? bits : 0x2001_0db8_0000_0000 | ((ulong)upper << 60), bits >> shift));

    private static readonly Gen<AddressPrefix> s_prefix = Gen.Select(
        s_address, Gen.Int[0, 128],
        (address, length) => AddressPrefix.From(address.IsV4
            ? new(Masked(address, 96 + (length % 33)).ToIPAddress(), length % 33)
            : new(Masked(address, length).ToIPAddress(), length)));

    [Fact]
    public void The_longest_prefix_is_found_and_leads_to_all_that_hold_the_address() =>
        Gen.Select(s_prefix.Array[0, 400], s_address.Array[100]).SampleRepeatably(
            (prefixes, addresses) =>
            {
                AddressPrefix[] each = [.. prefixes.Distinct()];
                var table = new PeerPrefixes(each, seed: (ulong)prefixes.Length);
                var byId = table.Ids.ToDictionary(p => p.Value, p => p.Key);
                foreach (IpAddress address in addresses.Concat(each.Select(p => p.First)).Concat(each.Select(p => p.Last)))
                {
                    var found = new List<AddressPrefix>();
                    for (int at = table.Find(address); at != PeerPrefixes.NoPrefix; at = table.Parent(at)) found.Add(byId[at]);
                    Assert.Equal(each.Where(p => p.Contains(address)).OrderByDescending(p => p.Length), found);
                }
            },
            draws: 400);

    private static IpAddress Masked(IpAddress address, int length) => new(length == 0 ? 0 : address.Value & (UInt128.MaxValue << (128 - length)));
}
