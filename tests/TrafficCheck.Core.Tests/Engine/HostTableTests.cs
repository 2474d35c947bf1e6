using TrafficCheck.Core.Engine;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class HostTableTests
{
    private static void Add(HostTable<uint> table, uint host)
    {
        if (table.Has(host, out _)) return;
        Reserve(table, 1);
        table.Has(host, out int slot);
        table.Set(slot, host);
    }

    private static void Reserve<T>(HostTable<T> table, int more)
        where T : unmanaged, IEquatable<T>
    {
        while (!table.HasRoom(more)) table.Grow();
    }

    [Fact]
    public void Says_what_it_takes_and_gives_it_back()
    {
        var table = new HostTable<UInt128>();
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal((0L, 64L), (table.Bytes, table.BytesWhenGrown));
            Reserve(table, 10_000);
            Assert.Equal((16384 * 16L, 32768 * 16L), (table.Bytes, table.BytesWhenGrown));
            table.Set(3, 7);
            table.Clear();
            Assert.Equal((0, 0), (table.Count, table.Slots.Length));
        }
    }

    [Fact]
    public void Holds_each_host_once_while_it_grows_out_of_the_managed_heap()
    {
        var table = new HostTable<uint>();
        Assert.Empty(table.Slots.ToArray());
        for (int round = 0; round < 2; round++)
        {
            for (uint host = 1; host <= 100_000; host++) Add(table, host * 256);
        }

        Assert.True(table.IsLarge);
        Assert.Equal(100_000, table.Count);
        Assert.Equal(Enumerable.Range(1, 100_000).Select(h => (uint)h * 256), table.Slots.ToArray().Where(h => h != 0).Order());
        Assert.False(table.Has(7, out _));
    }

    [Fact]
    public void Hosts_that_wait_are_there_until_they_are_added()
    {
        var table = new HostTable<UInt128>();
        Reserve(table, 10_000);
        int waiting = 1;
        while (!table.Wait((UInt128)(uint)waiting)) waiting++;
        Assert.Equal(Enumerable.Range(1, waiting).Select(h => (UInt128)(uint)h), table.Waiting.ToArray());
        table.ClearWaiting();
        Assert.Equal((0, 0), (table.Waiting.Length, table.Count));
    }

    [Fact]
    public void Hosts_in_the_order_of_their_hashes_find_room()
    {
        var from = new HostTable<uint>();
        for (uint host = 1; host <= 200_000; host++) Add(from, host);
        var into = new HostTable<uint>();
        Reserve(into, from.Count);
        int slots = into.Slots.Length;
        foreach (uint host in from.Slots)
        {
            if (host != 0) Add(into, host);
        }

        Assert.Equal((200_000, slots), (into.Count, into.Slots.Length));
    }
}
