using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Tests.Matrix;

public sealed class RowSetsTests
{
    [Fact]
    public void Equal_sets_have_one_number_and_different_ones_do_not()
    {
        var sets = new RowSets();
        Assert.Equal(RowSets.None, sets.Intern([], [], []));
        Assert.Equal(sets.Intern([1, 2], [3], []), sets.Intern([1, 2], [3], []));
        Assert.Equal(6, new[] { sets.Intern([1], [2], []), sets.Intern([1], [], [2]), sets.Intern([1, 2], [], []), sets.Intern([2], [1], []), sets.Intern([], [1, 2], []), sets.Intern([], [], []) }.Distinct().Count());
        Assert.Equal(0, sets.Shortened);
    }

    [Fact]
    public void Sets_without_room_name_their_first_rows_and_are_counted()
    {
        var sets = new RowSets(maxListed: 100, maxSets: 1000);
        int[] many = [.. Enumerable.Range(0, 90)];
        int whole = sets.Intern(many, [], []), cut = sets.Intern(many.AsSpan(1), [90], [91]);
        Assert.Equal(many, sets[whole].Answering);
        Assert.Equal(many[1..17], sets[cut].Answering);
        Assert.Equal([90], sets[cut].Covered);
        Assert.Equal([91], sets[cut].Possible);
        Assert.Equal(whole, sets.Intern(many, [], []));
        Assert.Equal(1, sets.Shortened);
        Assert.Equal(cut, sets.Intern(many.AsSpan(1), [90], [91]));
        Assert.Equal(2, sets.Shortened);
    }

    [Fact]
    public void However_many_sets_are_asked_for_their_number_is_bounded()
    {
        var sets = new RowSets(maxListed: 1_000_000, maxSets: 50);
        int highest = 0;
        for (int x = 0; x < 100; x++)
            for (int y = x + 1; y < 100; y++) highest = Math.Max(highest, Math.Max(sets.Intern([x, y], [y], [x]), sets.Intern([], [], [x, y])));
        Assert.InRange(highest, 50, 50 + (2 * 100));
        Assert.All(Enumerable.Range(50, highest - 49), id => Assert.Equal(1, sets[id].Answering.Count + sets[id].Covered.Count + sets[id].Possible.Count));
    }
}
