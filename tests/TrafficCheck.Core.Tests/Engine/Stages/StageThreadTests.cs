using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>A stage with a thread of its own: order, waiting, failure, the end. Nothing may hang, so each test has a watch.</summary>
public sealed unsafe class StageThreadTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>On a thread of its own, so that a test that hangs fails.</summary>
    internal static void InTime(Action test)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(s_patience), "it hangs");
        if (failure is not null) throw new InvalidOperationException(failure.Message, failure);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 5)]
    [InlineData(8, 0)]
    public void Thousands_of_small_batches_come_in_order_whatever_both_sides_wait_for(int batches, int untilThread) => InTime(() =>
    {
        const int Sent = 6000;
        var taken = new List<int>();
        var slow = new Random(1);
        using var stage = new StageThread<Batch>("test", batches, untilThread, () => new Batch(), batch =>
        {
            Linger(slow);
            taken.Add(batch.Value);
            batch.Value = 0;
        });
        var random = new Random(2);
        for (int i = 1; i <= Sent; i++)
        {
            Linger(random);
            Assert.Equal(0, stage.Current.Value);
            stage.Current.Value = i;
            stage.Send();
            if (random.Next(300) != 0) continue;
            stage.Drain();
            Assert.Equal(i, taken.Count);
            stage.Drain();
        }

        stage.Drain();
        Assert.Equal(Enumerable.Range(1, Sent), taken);
    });

    [Fact]
    public void What_is_done_while_waiting_is_done_by_both_sides_and_stops_nothing() => InTime(() =>
    {
        int done = 0;
        using var stage = new StageThread<Batch>("test", 2, 0, () => new Batch(), _ => Thread.Sleep(1));
        stage.Meanwhile = () => Interlocked.Increment(ref done) % 3 != 0;
        for (int i = 0; i < 200; i++) stage.Send();
        stage.Drain();
        Assert.True(done > 0);
        stage.Meanwhile = null;
    });

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_failure_of_the_stage_is_met_by_the_sender_again_and_again(int untilThread) => InTime(() =>
    {
        var made = new List<Batch>();
        var stage = new StageThread<Batch>("test", 4, untilThread, () => Kept(made), batch =>
        {
            if (batch.Value == 10) throw new IOException("no room");
            batch.Value = 0;
        });
        IOException failure = Assert.Throws<IOException>(() =>
        {
            for (int i = 1; i < 100; i++)
            {
                stage.Current.Value = i;
                stage.Send();
            }
        });
        Assert.Equal("no room", failure.Message);
        Assert.Throws<IOException>(stage.Drain);
        Assert.Throws<IOException>(stage.Drain);
        stage.Dispose();
        stage.Dispose();
        Assert.All(made, b => Assert.Equal(1, b.Disposed));
    });

    [Fact]
    public void A_failure_that_nobody_waited_for_is_met_when_all_is_asked_for() => InTime(() =>
    {
        using var stage = new StageThread<Batch>("test", 8, 0, () => new Batch(), _ => throw new IOException("no room"));
        stage.Send();
        Assert.Throws<IOException>(stage.Drain);
    });

    [Fact]
    public void A_stage_that_goes_with_batches_under_way_takes_them_and_frees_all() => InTime(() =>
    {
        var made = new List<Batch>();
        int taken = 0;
        using var gate = new ManualResetEventSlim();
        var stage = new StageThread<Batch>("test", 4, 0, () => Kept(made), _ =>
        {
            gate.Wait();
            taken++;
        });
        for (int i = 0; i < 3; i++) stage.Send();
        var opens = new Thread(() =>
        {
            Thread.Sleep(20);
            gate.Set();
        });
        opens.Start();
        stage.Dispose();
        opens.Join();
        Assert.Equal(3, taken);
        Assert.Equal([1, 1, 1, 1], made.Select(b => b.Disposed));
    });

    [Fact]
    public void A_stage_that_was_never_used_goes_at_once() => InTime(() =>
    {
        var made = new List<Batch>();
        new StageThread<Batch>("test", 4, 0, () => Kept(made), _ => { }).Dispose();
        Assert.Equal([1, 1, 1, 1], made.Select(b => b.Disposed));
    });

    /// <summary>As a window has it: what is posted to it runs when its thread has time, which is never while that thread waits.</summary>
    [Fact]
    public void A_caller_whose_context_never_runs_anything_does_not_wait_for_ever() => InTime(() =>
    {
        SynchronizationContext.SetSynchronizationContext(new DeafContext());
        using var stage = new StageThread<Batch>("test", 2, 0, () => new Batch(), _ => Thread.Sleep(5));
        for (int i = 0; i < 20; i++) stage.Send();
        stage.Drain();
    });

    [Fact]
    public void Frames_that_were_disposed_while_held_are_freed_by_the_last_who_lets_go()
    {
        var frames = new FrameBatch(100, 1);
        using var batch = new PacketBatch();
        using var other = new PacketBatch();
        batch.Hold(frames);
        batch.Hold(frames);
        other.Hold(frames);
        frames.Dispose();
        Assert.True(frames.Buffer != null);
        batch.Clear();
        Assert.True(frames.Buffer != null);
        other.Dispose();
        Assert.True(frames.Buffer == null);
        other.Dispose();
    }

    private static Batch Kept(List<Batch> made)
    {
        var batch = new Batch();
        made.Add(batch);
        return batch;
    }

    private static void Linger(Random random)
    {
        switch (random.Next(60))
        {
            case 0: Thread.Yield(); break;
            case 1: Thread.SpinWait(random.Next(3000)); break;
            case 2 when random.Next(20) == 0: Thread.Sleep(1); break;
        }
    }

    private sealed class Batch : IDisposable
    {
        public int Value { get; set; }

        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }

    private sealed class DeafContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
