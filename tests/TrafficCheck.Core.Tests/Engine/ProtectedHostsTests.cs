using System.Net;
using CsCheck;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class ProtectedHostsTests
{
    [Fact]
    public void Overlapping_prefixes_are_those_that_a_search_of_all_gives() =>
        Gen.Select(Gen.Int[0, 2], Gen.UInt[0, 255], Gen.Int[24, 32]).Array[0, 12].SampleRepeatably(
            prefixes =>
            {
                IReadOnlyList<IReadOnlyList<IPNetwork>> subjects = [.. Enumerable.Range(0, 3).Select(s => (IReadOnlyList<IPNetwork>)[.. prefixes.Where(p => p.Item1 == s).Select(Prefix)])];
                var hosts = new ProtectedHosts(subjects);
                for (uint last = 0; last < 256; last++)
                {
                    var address = new IPAddress([10, 0, 0, (byte)last]);
                    ulong expected = 0;
                    for (int s = 0; s < 3; s++) expected |= subjects[s].Any(n => n.Contains(address)) ? 1UL << s : 0;
                    Assert.Equal(expected, hosts.SubjectsOf(IpAddress.From(address)));
                }
            },
            draws: 300);

    [Theory]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true)]
    [InlineData("::/0", "::", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("::ffff:10.0.0.5/128", "10.0.0.5", true)]
    [InlineData("::ffff:10.0.0.5/128", "10.0.0.6", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.9.9.9", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.0.0.0", false)]
    public void A_prefix_holds_the_addresses_of_its_family(string prefix, string address, bool inside) =>
        Assert.Equal(inside ? 1UL : 0UL, new ProtectedHosts([[IPNetwork.Parse(prefix)]]).SubjectsOf(IpAddress.From(IPAddress.Parse(address))));

    private static IPNetwork Prefix((int Subject, uint Last, int Length) p) =>
        new(new IPAddress([10, 0, 0, (byte)(p.Last & (0xffu << (32 - p.Length)))]), p.Length);
}
