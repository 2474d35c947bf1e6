using TrafficCheck.Capture.Live;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Tests;

public sealed class LaneMergeTests
{
    private const long Window = 100;

    [Fact]
    public void Frames_of_several_interfaces_come_by_time_and_ties_go_to_the_first()
    {
        using var merge = new LaneMerge(2, Window, item => item.Batch!.Dispose());
        merge.Add(Batch(0, 0, 10, 30, 30));
        merge.Add(Batch(1, 0, 10, 20, 30));
        merge.Add(new LaneBatch(0, null, 0, 0, 0));
        merge.Add(new LaneBatch(1, null, 0, 0, 0));
        Assert.Equal([(0, 10L), (1, 10), (1, 20), (0, 30), (0, 30), (1, 30)], Drain(merge, 0));
        Assert.True(merge.IsEnded);
    }

    [Fact]
    public void An_idle_interface_holds_others_back_for_the_window_and_no_longer()
    {
        using var merge = new LaneMerge(2, Window, item => item.Batch!.Dispose());
        merge.Add(Batch(0, 5, 10));
        Assert.False(merge.TryNext(5 + Window - 1, out _, out _, out _, out _, out long readyAt));
        Assert.Equal(5 + Window, readyAt);
        Assert.True(merge.TryNext(readyAt, out _, out _, out int count, out int lane, out _));
        Assert.Equal((0, 1), (lane, count));
    }

    [Fact]
    public void One_interface_is_never_held_back()
    {
        using var merge = new LaneMerge(1, Window, item => item.Batch!.Dispose());
        merge.Add(Batch(0, 0, 10, 5, 20));
        Assert.Equal([(0, 10L), (0, 5), (0, 20)], Drain(merge, 0));
    }

    [Fact]
    public void Counters_of_32_bits_come_round_and_those_of_64_begin_anew()
    {
        var narrow = new WideCounter();
        foreach (uint value in new uint[] { 5, uint.MaxValue, 3 }) narrow.Read32(value);
        Assert.Equal((1L << 32) + 3, narrow.Total);
        var wide = new WideCounter();
        foreach (ulong value in new ulong[] { 5, 9, 2 }) wide.Read64(value);
        Assert.Equal(11, wide.Total);
    }

    private static LaneBatch Batch(int lane, long handedOn, params long[] times)
    {
        var batch = new FrameBatch(64, times.Length);
        for (int i = 0; i < times.Length; i++) batch.Reserve(times.Length)[i].TimestampNs = times[i];
        batch.Commit(times.Length);
        return new LaneBatch(lane, batch, handedOn, times.Min(), times.Max());
    }

    private static List<(int Lane, long TimeNs)> Drain(LaneMerge merge, long now)
    {
        List<(int, long)> all = [];
        while (merge.TryNext(now, out FrameBatch? batch, out int start, out int count, out int lane, out _))
        {
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) all.Add((lane, frame.TimestampNs));
        }

        return all;
    }
}
