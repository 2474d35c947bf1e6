using CsCheck;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class CaptureSetTests
{
    [Fact]
    public void Inputs_are_merged_by_time_and_ties_go_to_the_input_given_first()
    {
        using var folder = new TemporaryFolder();
        string[] paths =
        [
            folder.Write("a", SampleFiles.Pcap((10, [1]), (30, [2]), (30, [3]))),
            folder.Write("b", SampleFiles.Pcap((10, [4]), (20, [5]), (30, [6]))),
            folder.Write("c", SampleFiles.Pcap((5, [7]), (30, [8]))),
        ];
        Merged merged = Merged.From(paths);
        Assert.Equal([7, 1, 4, 5, 2, 3, 6, 8], merged.Marks);
        Assert.Equal(paths, merged.Summaries.Select(summary => summary.Path));
        Assert.Equal([3L, 3, 2], merged.Summaries.Select(summary => summary.Frames));
        Assert.Equal(merged.TotalBytes, merged.BytesConsumed);
    }

    [Fact]
    public void The_order_inside_one_input_is_never_changed()
    {
        using var folder = new TemporaryFolder();
        Merged merged = Merged.From(folder.Write("a", SampleFiles.Pcap((50, [1]), (10, [2]), (60, [3]))), folder.Write("b", SampleFiles.Pcap((20, [4]), (55, [5]))));
        Assert.Equal([4, 1, 2, 5, 3], merged.Marks);
    }

    /// <summary>The rule of the merge, applied frame by frame: take the smallest head, the first of equal ones.</summary>
    [Fact]
    public void Merge_equals_the_naive_model()
    {
        // Times are drawn small so that ties and disorder are common.
        Gen<int[][]> inputs = Gen.Int[0, 30].Array[0, 12].Array[1, 5];
        inputs.SampleRepeatably(
            times =>
            {
                using var folder = new TemporaryFolder();
                int mark = 0;
                (long TimeNs, byte[] Data)[][] files = [.. times.Select(file => file.Select(time => ((long)time, new[] { (byte)mark++ })).ToArray())];
                string[] paths = [.. files.Select((file, i) => folder.Write(i.ToString(System.Globalization.CultureInfo.InvariantCulture), SampleFiles.Pcap(file)))];
                return Merged.From(paths).Marks.SequenceEqual(Model(files));
            },
            draws: 300);
    }

    /// <summary>Where every input is in order, the merge is a stable sort.</summary>
    [Fact]
    public void Merge_of_ordered_inputs_is_a_stable_sort_also_over_many_batches()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        var all = new List<(long TimeNs, int Input, int Position)>();
        List<string> paths = [];
        for (int input = 0; input < 3; input++)
        {
            long time = 0;
            var file = new PcapFileBuilder(nanoseconds: true);
            for (int i = 0; i < 20_000; i++)
            {
                time += random.Next(0, 3);
                all.Add((time, input, i));
                file.Add(time, BitConverter.GetBytes((input << 24) | i));
            }

            paths.Add(folder.Write($"{input}", file.ToArray()));
        }

        int[] expected = [.. all.OrderBy(frame => frame.TimeNs).ThenBy(frame => frame.Input).ThenBy(frame => frame.Position).Select(frame => (frame.Input << 24) | frame.Position)];
        Assert.Equal(expected, Merged.From([.. paths]).Numbers);
    }

    [Fact]
    public void Inputs_that_follow_each_other_are_open_one_at_a_time()
    {
        using var folder = new TemporaryFolder();
        const int Files = 1500;
        CaptureInput[] inputs =
        [
            .. Enumerable.Range(0, Files).Reverse().Select(i => new CaptureInput(folder.Write($"{i:d5}", SampleFiles.Pcap((10 * i, [1]), ((10 * i) + 5, [2]))))),
        ];
        using var set = new CaptureSet(inputs);
        int most = 0, frames = 0;
        long last = long.MinValue;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            most = Math.Max(most, set.OpenInputs);
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count))
            {
                Assert.True(frame.TimestampNs >= last);
                last = frame.TimestampNs;
                frames++;
            }
        }

        Assert.Equal(2 * Files, frames);
        Assert.InRange(most, 1, 2);
        Assert.Equal(0, set.OpenInputs);
    }

    [Fact]
    public void Interfaces_are_numbered_over_all_inputs()
    {
        using var folder = new TemporaryFolder();
        CaptureInput[] inputs =
        [
            new(folder.Write("late", new PcapngFileBuilder().Interface(name: "x").Interface(LinkType.RawIp, name: "y").EnhancedPacket(1, 9, [1]).ToArray())),
            new(folder.Write("early", SampleFiles.Pcap((1, [2])))),
        ];
        using var set = new CaptureSet(inputs);
        List<CaptureInterface> seen = [];
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) seen.Add(set.Interfaces.All[frame.Interface]);
        }

        Assert.Equal([(1, 0, null), (0, 1, "y")], seen.Select(item => (item.Input, item.Id, item.Name)));
        Assert.Equal(3, set.Interfaces.All.Count);
    }

    [Fact]
    public void Standard_input_is_merged_with_files_and_may_be_compressed()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a", SampleFiles.Pcap((10, [1]), (30, [2])));
        using var stdin = new TricklingStream(CompressedBytes.Zstd(SampleFiles.Pcap((20, [3]), (40, [4]))), 3);
        using var set = new CaptureSet([new CaptureInput("-"), new CaptureInput(path)], stdin);
        Merged merged = Merged.From(set);
        Assert.Equal([1, 3, 2, 4], merged.Marks);
        Assert.Null(merged.TotalBytes);
        Assert.Equal(["pcap-ns+zst", "pcap-ns"], merged.Summaries.Select(summary => summary.Format));
    }

    [Fact]
    public void Broken_inputs_keep_their_place_and_stop_nobody()
    {
        using var folder = new TemporaryFolder();
        byte[] sound = SampleFiles.Pcap((10, [1]), (30, [2]));
        Merged merged = Merged.From(
            folder.Write("empty", []),
            folder.Write("a", sound),
            Path.Combine(folder.Root, "none"),
            folder.Write("text", "hello"u8),
            folder.Write("cut", sound.AsSpan(0, sound.Length - 1)));
        Assert.Equal([1, 1, 2], merged.Marks);
        Assert.Equal(
            ["empty-file", "", "unreadable", "unknown-format", "truncated-record"],
            merged.Summaries.Select(summary => summary.Problems.Count == 0 ? "" : Assert.Single(summary.Problems).Code));
        Assert.Equal([false, false], [merged.Summaries[1].Damaged, !merged.Summaries[4].Damaged]);
        Assert.Equal(merged.TotalBytes, merged.BytesConsumed);
    }

    [Fact]
    public void One_single_input_and_none_at_all_work()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal([1, 2], Merged.From(folder.Write("a", SampleFiles.Pcap((10, [1]), (5, [2])))).Marks);
        Assert.Empty(Merged.From().Marks);
        Assert.Equal("unreadable", Merged.From(Path.Combine(folder.Root, "none")).Summaries[0].Problems[0].Code);
    }

    [Fact]
    public void A_set_that_is_disposed_throws()
    {
        var set = new CaptureSet([]);
        set.Dispose();
        Assert.Throws<ObjectDisposedException>(() => set.ReadRun(out _, out _, out _));
    }

    private static List<int> Model((long TimeNs, byte[] Data)[][] files)
    {
        int[] next = new int[files.Length];
        List<int> order = [];
        while (true)
        {
            int best = -1;
            for (int i = 0; i < files.Length; i++)
            {
                if (next[i] == files[i].Length) continue;
                if (best < 0 || files[i][next[i]].TimeNs < files[best][next[best]].TimeNs) best = i;
            }

            if (best < 0) return order;
            order.Add(files[best][next[best]++].Data[0]);
        }
    }

    /// <summary>What a set gave.</summary>
    private sealed record Merged(List<byte[]> Data, IReadOnlyList<InputSummary> Summaries, long BytesConsumed, long? TotalBytes)
    {
        public IEnumerable<int> Marks => Data.Select(data => (int)data[0]);

        public IEnumerable<int> Numbers => Data.Select(data => BitConverter.ToInt32(data));

        public static Merged From(params string[] paths)
        {
            using var set = new CaptureSet([.. paths.Select(path => new CaptureInput(path))]);
            return From(set);
        }

        public static Merged From(CaptureSet set)
        {
            List<byte[]> data = [];
            while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
            {
                Assert.InRange(count, 1, batch.Count - start);
                foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) data.Add(batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray());
            }

            Assert.False(set.ReadRun(out _, out _, out _));
            return new Merged(data, set.Summaries, set.BytesConsumed, set.TotalBytes);
        }
    }
}
