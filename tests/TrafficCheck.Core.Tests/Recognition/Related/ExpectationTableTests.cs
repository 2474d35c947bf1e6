using CsCheck;
using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;

namespace TrafficCheck.Core.Tests.Recognition.Related;

public sealed class ExpectationTableTests
{
    private static readonly IpAddress s_third = IpAddress.V4(0xc6336409);

    private static readonly Expectation s_data = new(6, Announced.Client, Announced.Server, 4000, ExpectationKind.FtpPassive, 100, 9);

    private static readonly Gen<(int Op, int From, int To, int Port, int Life, int WaitNs)[]> s_steps = Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 40], Gen.Int[0, 5]).Array[1, 300];

    [Fact]
    public void A_flow_is_expected_between_its_two_hosts_only()
    {
        var table = new ExpectationTable(16, seed: 1);
        table.Expect(s_data, 0);
        Assert.True(table.TryMatch(6, Announced.Client, 51000, Announced.Server, 4000, 50, out Expectation found));
        Assert.Equal(s_data, found);
        Assert.False(table.TryMatch(17, Announced.Client, 51000, Announced.Server, 4000, 50, out _));
        Assert.False(table.TryMatch(6, s_third, 51000, Announced.Server, 4000, 50, out _));
        Assert.False(table.TryMatch(6, Announced.Client, 51000, s_third, 4000, 50, out _));
        Assert.False(table.TryMatch(6, Announced.Client, 51000, Announced.Server, 4001, 50, out _));
        Assert.False(table.TryMatch(6, Announced.Server, 4000, Announced.Client, 51000, 50, out _));
        Assert.Equal((1L, 1), (table.Matched, table.Count));
    }

    [Fact]
    public void An_expectation_ends_with_its_time()
    {
        var table = new ExpectationTable(16, seed: 1);
        table.Expect(s_data, 0);
        Assert.True(table.TryMatch(6, Announced.Client, 1, Announced.Server, 4000, 100, out _));
        Assert.False(table.TryMatch(6, Announced.Client, 1, Announced.Server, 4000, 101, out _));
        Assert.Equal((0, 1L, 0L), (table.Count, table.Expired, table.Evicted));
    }

    [Fact]
    public void Anybody_may_come_where_nobody_is_named()
    {
        var table = new ExpectationTable(16, seed: 1);
        table.Expect(s_data with { InitiatorAddress = null, Kind = ExpectationKind.SipRtp, InitiatorPort = 7 }, 0);
        Assert.True(table.TryMatch(6, s_third, 7, Announced.Server, 4000, 50, out Expectation found));
        Assert.Equal(ExpectationKind.SipRtp, found.Kind);
        Assert.False(table.TryMatch(6, s_third, 8, Announced.Server, 4000, 50, out _));
        table.Expect(s_data, 0);
        Assert.True(table.TryMatch(6, Announced.Client, 7, Announced.Server, 4000, 50, out found));
        Assert.Equal(ExpectationKind.FtpPassive, found.Kind);
    }

    [Fact]
    public void A_guess_does_not_replace_what_was_said()
    {
        var table = new ExpectationTable(16, seed: 1);
        table.Expect(s_data, 0);
        table.Expect(s_data with { OtherAddress = true, Frame = 10 }, 1);
        table.TryMatch(6, Announced.Client, 1, Announced.Server, 4000, 50, out Expectation found);
        Assert.Equal(s_data, found);
        table.Expect(s_data with { Frame = 11, ExpiresNs = 300 }, 2);
        table.TryMatch(6, Announced.Client, 1, Announced.Server, 4000, 200, out found);
        Assert.Equal((11L, 2L, 1L), (found.Frame, table.Renewed, table.Added));
    }

    [Fact]
    public void A_full_table_gives_up_the_oldest_and_clears_away_the_dead_first()
    {
        var table = new ExpectationTable(4, seed: 1);
        for (int i = 0; i < 6; i++) table.Expect(Numbered(i, expiresNs: 1000), i);
        Assert.Equal((4, 2L, 0L), (table.Count, table.Evicted, table.Expired));
        Assert.False(Matches(table, 1, 10));
        Assert.True(Matches(table, 2, 10));

        // Two dead make room, so that the living stay.
        table = new ExpectationTable(4, seed: 1);
        for (int i = 0; i < 4; i++) table.Expect(Numbered(i, expiresNs: i < 2 ? 1000 : 5), i);
        table.Expect(Numbered(4, 1000), 10);
        table.Expect(Numbered(5, 1000), 10);
        Assert.Equal((4, 0L, 2L), (table.Count, table.Evicted, table.Expired));
        Assert.True(Matches(table, 0, 10) && Matches(table, 1, 10) && Matches(table, 4, 10) && Matches(table, 5, 10));
    }

    [Fact]
    public void The_table_is_a_list_without_limits_and_the_seed_decides_nothing() => Gen.Select(s_steps, Gen.Int[1, 40]).SampleRepeatably(
        (steps, capacity) =>
        {
            ExpectationTable table = new(capacity, seed: 1), again = new(capacity, seed: 99);
            var model = new List<Expectation>();
            long now = 0;
            int frame = 0;
            foreach (var (op, from, to, port, life, waitNs) in steps)
            {
                now += waitNs;
                IpAddress? initiator = from == 3 ? null : IpAddress.V4((uint)from + 1);
                IpAddress responder = IpAddress.V4((uint)to + 10);
                if (op == 0)
                {
                    var e = new Expectation(6, initiator, responder, (ushort)port, ExpectationKind.FtpPassive, now + life, ++frame);
                    model.RemoveAll(m => m.InitiatorAddress == e.InitiatorAddress && m.ResponderAddress == e.ResponderAddress && m.ResponderPort == e.ResponderPort);
                    model.Add(e);
                    table.Expect(e, now);
                    again.Expect(e, now);
                }
                else
                {
                    Expectation? expected = model.Where(m => m.ExpiresNs >= now && m.ResponderAddress == responder && m.ResponderPort == port)
                        .Where(m => m.InitiatorAddress == (initiator ?? IpAddress.V4(77)) || m.InitiatorAddress is null)
                        .OrderBy(m => m.InitiatorAddress is null).Select(m => (Expectation?)m).FirstOrDefault();
                    bool found = table.TryMatch(6, initiator ?? IpAddress.V4(77), 5, responder, (ushort)port, now, out Expectation match);
                    Assert.Equal(found, again.TryMatch(6, initiator ?? IpAddress.V4(77), 5, responder, (ushort)port, now, out Expectation other));
                    Assert.Equal(match, other);
                    if (table.Evicted == 0) Assert.Equal(expected, found ? match : null);
                    else if (found) Assert.Contains(match, model);
                }

                Assert.True(table.Count <= capacity);
                Assert.Equal(table.Added, table.Count + table.Expired + table.Evicted);
                Assert.Equal((table.Count, table.Expired, table.Evicted), (again.Count, again.Expired, again.Evicted));
            }
        },
        draws: 400);

    [Fact]
    public void Nothing_is_allocated()
    {
        var table = new ExpectationTable(64, seed: 1);
        Run(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(5000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(table.Evicted > 1000);

        void Run(int start)
        {
            for (int i = start; i < start + 2000; i++)
            {
                table.Expect(Numbered(i, i + 1000), i);
                table.TryMatch(6, Announced.Client, 1, Announced.Server, (ushort)(i - 3), i, out _);
            }
        }
    }

    private static Expectation Numbered(int i, long expiresNs) => s_data with { ResponderPort = (ushort)i, ExpiresNs = expiresNs };

    private static bool Matches(ExpectationTable table, int i, long timeNs) =>
        table.TryMatch(6, Announced.Client, 1, Announced.Server, (ushort)i, timeNs, out _);
}
