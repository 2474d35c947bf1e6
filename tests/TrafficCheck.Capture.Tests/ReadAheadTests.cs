using System.Globalization;
using CsCheck;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

/// <summary>Whoever reads ahead, and whenever: the frames, their interfaces, what is said of the inputs and of progress are as without.</summary>
public sealed class ReadAheadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Sets => ["pcap", "pcapng", "gzip", "cut", "several", "several with interfaces", "one after the other", "empty", "refused"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public void What_is_read_ahead_at_any_moment_is_what_would_be_read(string name)
    {
        CaptureInput[] inputs = Inputs(name);
        string expected = Read(inputs, null, out int without);
        Gen.Int[0, 1_000_000].SampleRepeatably(seed =>
        {
            var random = new Random(seed);
            string found = Read(inputs, set =>
            {
                int read = 0;
                for (int tries = random.Next(7); tries > 0; tries--) read += set.TryReadAhead() ? 1 : 0;
                return read;
            }, out _);
            return expected == found;
        }, draws: 12);
        Assert.Equal(0, without);
    }

    [Fact]
    public void Ahead_is_read_where_it_changes_nothing_and_no_further_than_a_few_batches()
    {
        foreach (string name in new[] { "pcap", "pcapng", "gzip", "several" })
        {
            Read(Inputs(name), set => set.TryReadAhead() ? 1 : 0, out int ahead);
            Assert.True(ahead > 3, name);
        }

        Read(Inputs("several with interfaces"), set => set.TryReadAhead() ? 1 : 0, out int mixed);
        Assert.Equal(0, mixed);
        using var one = new CaptureSet(Inputs("pcap"));
        Assert.False(one.TryReadAhead());
        Assert.True(one.ReadRun(out _, out _, out _));
        int read = 0;
        while (one.TryReadAhead()) read++;
        Assert.InRange(read, 1, 8);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Other_threads_may_read_ahead_all_the_time(string name)
    {
        CaptureInput[] inputs = Inputs(name);
        string expected = Read(inputs, null, out _);
        for (int round = 0; round < 4; round++)
        {
            bool stop = false;
            CaptureSet? current = null;
            Exception? failure = null;
            Thread[] readers =
            [
                .. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
                {
                    try
                    {
                        while (!Volatile.Read(ref stop))
                        {
                            if (Volatile.Read(ref current)?.TryReadAhead() != true) Thread.Yield();
                        }
                    }
                    catch (Exception e)
                    {
                        failure = e;
                    }
                })),
            ];
            foreach (Thread reader in readers) reader.Start();
            var random = new Random(round);
            string found = Read(inputs, set =>
            {
                Volatile.Write(ref current, set);
                if (random.Next(3) == 0) Thread.Yield();
                return 0;
            }, out _);

            // The set has been disposed of by now, and they go on.
            Thread.Sleep(1);
            Volatile.Write(ref stop, true);
            foreach (Thread reader in readers) Assert.True(reader.Join(30_000));
            Assert.Null(failure);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void A_set_may_go_while_others_read_ahead()
    {
        CaptureInput[] inputs = Inputs("gzip");
        for (int round = 0; round < 30; round++)
        {
            var set = new CaptureSet(inputs);
            Assert.True(set.ReadRun(out FrameBatch? held, out _, out _));
            held.Hold();
            bool stop = false;
            Exception? failure = null;
            var reader = new Thread(() =>
            {
                try
                {
                    while (!Volatile.Read(ref stop)) set.TryReadAhead();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            });
            reader.Start();
            for (int runs = round % 7; runs > 0; runs--) set.ReadRun(out _, out _, out _);
            set.Dispose();
            Volatile.Write(ref stop, true);
            Assert.True(reader.Join(30_000));
            Assert.Null(failure);
            Assert.False(set.TryReadAhead());
            unsafe
            {
                Assert.True(held.Buffer != null);
                held.Release();
                Assert.True(held.Buffer == null);
            }
        }
    }

    private CaptureInput[] Inputs(string name)
    {
        switch (name)
        {
            case "pcap": return [new(_folder.Write("a.pcap", Pcap(0, 1)))];
            case "pcapng": return [new(_folder.Write("a.pcapng", Pcapng()))];
            case "gzip": return [new(_folder.Write("a.gz", CompressedBytes.Gzip(Pcap(0, 1))))];
            case "cut":
                byte[] whole = CompressedBytes.Gzip(Pcap(0, 1));
                return [new(_folder.Write("cut.gz", whole.AsSpan(0, whole.Length * 2 / 3))), new(_folder.Write("cut.pcap", Pcap(1, 2).AsSpan(0, 700_001)))];
            case "several": return [new(_folder.Write("0", Pcap(0, 2))), new(_folder.Write("1", Pcap(1, 2))), new(_folder.Write("2.gz", CompressedBytes.Gzip(Pcap(5_000_000, 3))))];
            case "several with interfaces": return [new(_folder.Write("0.pcapng", Pcapng())), new(_folder.Write("1.pcapng", Pcapng()))];
            case "one after the other": return [new(_folder.Write("0", Pcap(0, 1))), new(_folder.Write("1.pcapng", Pcapng(90_000_000_000))), new(_folder.Write("2", Pcap(900_000_000_000, 1)))];
            case "empty": return [new(_folder.Write("e.pcap", SampleFiles.Pcap())), new(_folder.Write("a.pcap", Pcap(0, 1)))];
            default: return [new(_folder.Write("r", new byte[5000])), new(_folder.Write("a.pcap", Pcap(0, 1)))];
        }
    }

    /// <summary>Some megabytes, which no longer fit a few batches.</summary>
    private static byte[] Pcap(long first, int step)
    {
        var file = new PcapFileBuilder(nanoseconds: true);
        for (int i = 0; i < 3000; i++) file.Add(first + ((long)i * step * 1000), Data(i + (int)(first % 1000)));
        return file.ToArray();
    }

    private static byte[] Pcapng(long first = 0)
    {
        PcapngFileBuilder file = new PcapngFileBuilder().Interface(resolution: 9, name: "first");
        for (int i = 0; i < 3000; i++)
        {
            if (i % 500 == 499) file.Interface(resolution: 9, name: string.Create(CultureInfo.InvariantCulture, $"number {i / 500}"));
            file.EnhancedPacket((uint)(i / 500 * (i % 3) / 2 % ((i / 500) + 1)), (ulong)(first + (i * 1000L)), Data(i));
        }

        return file.ToArray();
    }

    private static byte[] Data(int i)
    {
        var data = new byte[200 + (i * 37 % 1300)];
        new Random(i).NextBytes(data);
        return data;
    }

    /// <summary>
    /// All that a reader sees, as one hash of each run's frames with what is known at that moment. Batches are held for a while; their bytes must stay.
    /// </summary>
    private static string Read(CaptureInput[] inputs, Func<CaptureSet, int>? meanwhile, out int ahead)
    {
        using var set = new CaptureSet(inputs);
        var lines = new List<string>();
        var held = new Queue<(FrameBatch Batch, int Start, int Count, int Hash, int Line)>();
        long number = 0;
        ahead = 0;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            int hash = HashOf(batch, start, count);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{number} {count} {hash} {set.BytesConsumed}"));
            number += count;
            batch.Hold();
            held.Enqueue((batch, start, count, hash, lines.Count));
            if (meanwhile is not null) ahead += meanwhile(set);
            if (held.Count > 5) Check(held.Dequeue());
        }

        while (held.TryDequeue(out var last)) Check(last);
        lines.AddRange(set.Interfaces.All.Select(i => i.ToString()));
        foreach (InputSummary summary in set.Summaries)
        {
            lines.Add($"{summary.Path} {summary.Format} {summary.Frames} {summary.Bytes} {summary.FirstNs} {summary.LastNs} {string.Join(',', summary.LinkTypes)}");
            lines.AddRange(summary.Problems.Select(p => p.ToString()));
        }

        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{number} {set.BytesConsumed} {set.TotalBytes}"));
        return string.Join('\n', lines);

        static void Check((FrameBatch Batch, int Start, int Count, int Hash, int Line) held)
        {
            Assert.Equal(held.Hash, HashOf(held.Batch, held.Start, held.Count));
            held.Batch.Release();
        }
    }

    private static int HashOf(FrameBatch batch, int start, int count)
    {
        var hash = default(HashCode);
        foreach (FrameDescriptor frame in batch.Frames.Slice(start, count))
        {
            hash.Add(frame.TimestampNs);
            hash.Add(frame.Interface);
            hash.Add(frame.WireLength);
            hash.AddBytes(batch.Block.Slice(frame.Offset, frame.CapturedLength));
        }

        return hash.ToHashCode();
    }
}
