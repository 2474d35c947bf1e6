using CsCheck;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class OrderedCaptureTests
{
    private const long Ms = 1_000_000, Hour = 3_600_000 * Ms, Start = 100_000 * Hour;

    /// <summary>Times in milliseconds after the start; a frame's bytes are its number.</summary>
    [Theory]
    [InlineData("0 1 2 3", "1 2 3 4", 0)]
    [InlineData("0 2 1 3", "1 3 2 4", 1)] // as a SYN that is stored behind its SYN-ACK
    [InlineData("5 5 5 4", "4 1 2 3", 1)] // equal times keep their order
    [InlineData("0 100 0 200", "1 3 2 4", 1)] // behind by the whole window
    [InlineData("0 101 0 200", "1 2 3 4", 0)] // later than that: it stays where it was stored
    [InlineData("0 300 150 290 295 305", "1 4 5 2 3 6", 2)] // ... and its neighbours are repaired all the same
    public void Frames_are_put_in_order_within_the_window(string times, string expected, int reordered)
    {
        var got = Read(File(times), repairs: true);
        Assert.Equal(expected, string.Join(' ', got.Numbers));
        Assert.Equal((reordered, 0), ((int)got.Reordered, (int)got.NotHeld));
    }

    [Fact]
    public void A_step_of_the_clock_is_no_disorder()
    {
        long[] times = [Start, Start + Ms, Start - (3 * Hour), Start - (3 * Hour) + (2 * Ms), Start - (3 * Hour) + Ms, Start + (9 * Hour), 0, Start + (9 * Hour) + Ms];
        Assert.Equal("1 2 3 5 4 6 7 8", string.Join(' ', Read(times, repairs: true).Numbers));
        Assert.Equal([1, 2, 3], Read([long.MinValue, long.MaxValue, 0], repairs: true).Numbers.Order()); // nothing overflows
    }

    [Fact]
    public void Without_repairs_runs_go_through_as_they_are()
    {
        var got = Read(File("0 2 1 3"), repairs: false);
        Assert.Equal("1 2 3 4", string.Join(' ', got.Numbers));
        Assert.False(got.Repairs);
    }

    [Fact]
    public void A_stream_is_repaired_from_the_start_because_it_cannot_be_read_again()
    {
        using var stream = new TricklingStream(Pcap(File("0 2 1 3")), 7);
        using var frames = new OrderedCapture(new CaptureSet([new CaptureInput("-")], stream), repairs: false);
        var got = Take(frames);
        Assert.Equal("1 3 2 4", string.Join(' ', got.Numbers));
        Assert.True(got.Repairs);
    }

    /// <summary>Sorted by the times that the rules give, and what is in order is not touched.</summary>
    [Fact]
    public void Repairs_equal_the_naive_model() => Gen.Select(Gen.Int[0, 400].Array[0, 60], Gen.Int[0, 3]).SampleRepeatably(
        (drawn, step) =>
        {
            // Small steps forward, so that some frames are within the window and some are not.
            long[] times = [.. drawn.Select((t, i) => Start + ((t + (i * step * 20)) * Ms))];
            var model = new List<(long Key, int Number)>();
            long latest = long.MinValue;
            for (int i = 0; i < times.Length; i++)
            {
                bool late = latest - times[i] > PacketTime.ReorderWindowNs && latest != long.MinValue;
                latest = Math.Max(latest, times[i]);
                model.Add((late ? latest : times[i], i + 1));
            }

            return Read(times, repairs: true).Numbers.SequenceEqual(model.OrderBy(m => m.Key).ThenBy(m => m.Number).Select(m => m.Number));
        },
        draws: 300);

    [Fact]
    public void Over_many_batches_order_comes_back_and_every_frame_keeps_its_bytes_and_number()
    {
        var random = new Random(9);
        long[] ordered = [.. Enumerable.Range(0, 60_000).Select(i => Start + (i * 20_000L))]; // 20 us apart: 5 000 in a window
        long[] stored = [.. ordered.OrderBy(t => t + random.NextInt64(PacketTime.ReorderWindowNs))];
        var got = Read(stored, repairs: true, size: 150);
        Assert.Equal(ordered, got.Times);
        Assert.Equal(0, got.NotHeld);
        Assert.Equal(Enumerable.Range(1, stored.Length), got.Numbers.Order());
    }

    [Fact]
    public void Memory_is_bounded_and_what_found_its_place_gone_is_counted()
    {
        // 8 MB at one time, then a frame before them; 2 MB may be held.
        long[] times = [.. Enumerable.Repeat(Start + (50 * Ms), 8_000), Start, Start + (60 * Ms)];
        var got = Read(times, repairs: true, size: 1000, maxHeld: 2 << 20);
        Assert.Equal((0L, 1L), (got.Reordered, got.NotHeld));
        Assert.Equal(8_002, got.Numbers.Count);
    }

    [Fact]
    public void Empty_and_broken_inputs_end()
    {
        Assert.Empty(Read([], repairs: true).Numbers);
        Assert.Empty(Read([], repairs: false).Numbers);
    }

    private static long[] File(string times) => [.. times.Split(' ').Select(t => Start + (long.Parse(t, System.Globalization.CultureInfo.InvariantCulture) * Ms))];

    private static byte[] Pcap(long[] times, int size = 4)
    {
        var file = new PcapFileBuilder(nanoseconds: true);
        for (int i = 0; i < times.Length; i++)
        {
            var data = new byte[size];
            BitConverter.TryWriteBytes(data, i + 1);
            file.Add(times[i], data);
        }

        return file.ToArray();
    }

    /// <summary>Times that a pcap file cannot hold go in as pcapng.</summary>
    private static byte[] Bytes(long[] times, int size)
    {
        if (times.All(t => t is >= 0 and < (1L << 32) * 1000 * Ms)) return Pcap(times, size);
        PcapngFileBuilder file = new PcapngFileBuilder().Interface(resolution: 9);
        for (int i = 0; i < times.Length; i++) file.EnhancedPacket(0, (ulong)times[i], BitConverter.GetBytes(i + 1));
        return file.ToArray();
    }

    private static Ordered Read(long[] times, bool repairs, int size = 4, long maxHeld = OrderedCapture.MaxHeldBytes)
    {
        using var folder = new TemporaryFolder();
        using var frames = new OrderedCapture(new CaptureSet([new CaptureInput(folder.Write("a", Bytes(times, size)))]), repairs, maxHeld);
        return Take(frames);
    }

    private static Ordered Take(OrderedCapture frames)
    {
        var numbers = new List<int>();
        var times = new List<long>();
        while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long first))
        {
            Assert.InRange(count, 1, batch.Count - start);
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count))
            {
                Assert.Equal(first++, BitConverter.ToInt32(batch.Block.Slice(frame.Offset, frame.CapturedLength)));
                numbers.Add((int)first - 1);
                times.Add(frame.TimestampNs);
            }
        }

        return new(numbers, times, frames.Reordered, frames.NotHeld, frames.Repairs);
    }

    private sealed record Ordered(List<int> Numbers, List<long> Times, long Reordered, long NotHeld, bool Repairs);
}
