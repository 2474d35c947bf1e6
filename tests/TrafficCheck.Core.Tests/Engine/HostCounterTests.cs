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
    public void A_spent_budget_makes_the_count_an_estimate_that_says_its_error()
    {
        var counter = new HostCounter(new HostBudget(10));
        for (uint host = 1; host <= 100_000; host++) counter.Add(host % 3 == 0 ? IpAddress.V6(0x20010db8_00000000, host) : IpAddress.V4(host), host);
        var set = counter.ToHostSet();
        Assert.False(set.AtLeast);
        Assert.Equal(0.016, set.Error!.Value, 0.001);
        Assert.InRange(set.Count, 95_000, 105_000);
        for (uint host = 1; host <= 100_000; host++) counter.Add(host % 3 == 0 ? IpAddress.V6(0x20010db8_00000000, host) : IpAddress.V4(host), host);
        Assert.Equal(set.Count, counter.Count);
    }

    [Fact]
    public void Estimates_do_not_depend_on_the_order_of_hosts_and_add_up()
    {
        HostCounter up = new(new HostBudget(100)), down = new(new HostBudget(100)), sum = new(new HostBudget(100));
        for (uint host = 1; host <= 20_000; host++)
        {
            up.Add(IpAddress.V4(host), host);
            down.Add(IpAddress.V4(20_001 - host), host);
        }

        Assert.Equal(up.Count, down.Count);
        sum.AddAll(up);
        sum.AddAll(down);
        Assert.Equal(up.Count, sum.Count);
    }

    [Fact]
    public void Without_room_for_estimates_either_the_count_is_a_lower_bound()
    {
        var budget = new HostBudget(10);
        var counters = Enumerable.Range(0, 400).Select(_ => new HostCounter(budget)).ToList();
        foreach (var counter in counters)
        {
            for (uint host = 1; host <= 20; host++) counter.Add(IpAddress.V4(host), host);
        }

        Assert.Equal((0, true, (double?)null), (counters[^1].Count, counters[^1].ToHostSet().AtLeast, counters[^1].ToHostSet().Error));
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
