using System.Diagnostics;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class HostCounterTests
{
    [Fact]
    public void Counts_each_host_once_and_shows_the_earliest()
    {
        var counter = new HostCounter(new HostBudget());
        for (uint round = 0; round < 3; round++)
        {
            for (uint host = 1; host <= 1000; host++) counter.Add(IpAddress.V4(host), 10_000 - host + round);
        }

        counter.Add(IpAddress.V6(0x20010db8_00000000, 1), 1);
        Assert.Equal(1001, counter.Count);
        Assert.Equal(["2001:db8::1", "0.0.3.232", "0.0.3.231", "0.0.3.230", "0.0.3.229"], counter.ToHostSet().Sample);
        Assert.False(counter.ToHostSet().AtLeast);
    }

    [Fact]
    public void A_spent_budget_makes_the_count_a_lower_bound()
    {
        var counter = new HostCounter(new HostBudget(10));
        for (uint host = 1; host <= 20; host++) counter.Add(IpAddress.V4(host), host);
        Assert.Equal((10, true), (counter.Count, counter.ToHostSet().AtLeast));
    }

    /// <summary>The other table gives its hosts in the order of their hashes; a table that grew meanwhile took quadratic time.</summary>
    [Fact]
    public void Merging_large_counters_takes_linear_time()
    {
        HostCounter one = Filled(1, 600_000), other = Filled(300_001, 600_000), sum = new(new HostBudget());
        long start = Stopwatch.GetTimestamp();
        sum.AddAll(one);
        sum.AddAll(other);
        Assert.Equal(900_000, sum.Count);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5), "quadratic: took " + Stopwatch.GetElapsedTime(start));
    }

    private static HostCounter Filled(uint first, uint count)
    {
        var counter = new HostCounter(new HostBudget());
        for (uint host = first; host < first + count; host++) counter.Add(IpAddress.V4(host), host);
        return counter;
    }
}
