using System.Diagnostics;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
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
        HostCounter up = new(new HostBudget(400)), down = new(new HostBudget(400)), sum = new(new HostBudget(400));
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
        HostCounter one = Filled(1, 500_000), other = Filled(250_001, 500_000), sum = new(new HostBudget());
        long start = Stopwatch.GetTimestamp();
        sum.AddAll(one);
        sum.AddAll(other);
        Assert.Equal(750_000, sum.Count);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5), "quadratic: took " + Stopwatch.GetElapsedTime(start));
    }

    [Theory]
    [InlineData(786_432, true)]
    [InlineData(786_433, false)]
    public void One_counter_is_exact_up_to_so_many_hosts_whatever_comes_again(int hosts, bool exact)
    {
        var budget = new HostBudget();
        var counter = Filled(1, (uint)hosts, budget);
        for (uint host = 1; host <= 1000; host++) counter.Add(IpAddress.V4(host), host);
        HostSet set = counter.ToHostSet();
        Assert.Equal((false, exact), (set.AtLeast, set.Error is null));
        if (exact) Assert.Equal(hosts, set.Count);
        else Assert.InRange(set.Count, hosts * 0.95, hosts * 1.05);

        // What became an estimate has given its table back.
        Assert.Equal(!exact, budget.TryGrow(0, HostBudget.LargestTable) && budget.TryGrow(0, HostBudget.LargestTable)
            && budget.TryGrow(0, HostBudget.LargestTable) && budget.TryGrow(0, HostBudget.LargestTable));
    }

    [Fact]
    public void Findings_with_very_many_hosts_leave_room_for_those_with_few()
    {
        var budget = new HostBudget();
        var large = Enumerable.Range(0, 8).Select(i => Filled(1, 700_000, budget)).ToList();
        var small = Filled(1, 5_000, budget);
        Assert.Equal((5_000, null), (small.Count, small.ToHostSet().Error));
        Assert.Contains(large, c => c.ToHostSet().Error is not null);
        Assert.All(large, c => Assert.InRange(c.Count, 665_000, 735_000));
    }

    private static HostCounter Filled(uint first, uint count, HostBudget budget)
    {
        var counter = new HostCounter(budget);
        for (uint host = first; host < first + count; host++) counter.Add(IpAddress.V4(host), host);
        return counter;
    }

    private static HostCounter Filled(uint first, uint count) => Filled(first, count, new HostBudget());

    /// <summary>A flood asks with each of its hosts: the count is kept and made anew only when a host changed it, which it must not forget.</summary>
    [Fact]
    public void An_estimate_that_is_asked_again_and_again_says_what_one_says_that_is_asked_once()
    {
        var asked = new HostEstimate();
        var hosts = new List<UInt128>();
        for (int i = 0; i < 300_000; i++)
        {
            UInt128 host = ((UInt128)0x20010db8_00000000 << 64) | ((ulong)i * 0x9e3779b97f4a7c15);
            asked.Add(host);
            hosts.Add(host);
            long count = asked.Count;
            if (i % 30_011 != 0) continue;
            var once = new HostEstimate();
            foreach (UInt128 one in hosts) once.Add(one);
            Assert.Equal(once.Count, count);
        }

        var joined = new HostEstimate();
        Assert.Equal(0, joined.Count);
        joined.Add(asked);
        Assert.Equal(asked.Count, joined.Count);
        Assert.InRange(joined.Count, 280_000, 320_000);
    }
}
