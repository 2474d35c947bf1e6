using System.Diagnostics;
using TrafficCheck.Core.Recognition.Names;

namespace TrafficCheck.Core.Tests.Recognition.Names;

public sealed class DnsMessageTests
{
    /// <summary>All that the reader knows, with compression: the question at 12, its parent at 16.</summary>
    private static readonly byte[] s_full = DnsBytes.Response("WWW.Example.net", DnsBytes.A)
        .Alias("@12", "cdn.@16").Address("cdn.@16", "192.0.2.7", 60).Address("cdn.@16", "2001:db8::7", 0x8000_0001)
        .Service("@12", 1, "", (1, [2, (byte)'h', (byte)'2']), (4, [192, 0, 2, 8, 192, 0, 2, 9]), (6, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]))
        .Record("@16", DnsBytes.Ns, DnsBytes.Name("ns.@16"), section: 2).Address("ns.@16", "192.0.2.53", section: 3).ToArray();

    [Fact]
    public void A_response_is_read()
    {
        DnsReading reading = DnsReading.Of(s_full);
        Assert.Equal((DnsStatus.Whole, DnsStatus.Whole, "www.example.net"), (reading.Status, reading.Records, reading.Question));
        Assert.Equal(
            [
                "Answer www.example.net 300 > cdn.example.net",
                "Answer cdn.example.net 60 192.0.2.7",
                "Answer cdn.example.net 0 2001:db8::7",
                "Answer www.example.net 300 192.0.2.8 192.0.2.9 2001:db8::9",
                "Authority example.net 300",
                "Additional ns.example.net 300 192.0.2.53",
            ],
            reading.Lines);
    }

    [Fact]
    public void The_header_is_read()
    {
        byte[] bytes = new DnsBytes(flags: 0xaa03, id: 0x1234).Question("a", 28).ToArray();
        Assert.Equal(DnsStatus.Whole, DnsMessage.TryWrap(bytes, out DnsMessage message));
        Assert.Equal((0x1234, true, 5, true, 3), (message.Id, message.IsResponse, message.Opcode, message.Truncated, message.ResponseCode));
        Assert.Equal((1, 0, true, DnsRecordType.Aaaa), (message.Questions, message.Answers, message.HasQuestion, message.QuestionType));
    }

    [Fact]
    public void A_message_that_is_not_there_has_nothing()
    {
        Assert.Equal(DnsStatus.Cut, DnsMessage.TryWrap(s_full.AsSpan(0, 11), out DnsMessage message));
        Assert.Equal((0, false, 0, false), (message.Id, message.IsResponse, message.Questions, message.HasQuestion));
        Assert.False(message.Records.MoveNext());
    }

    [Fact]
    public void Every_prefix_says_the_beginning_of_the_whole()
    {
        DnsReading whole = DnsReading.Of(s_full);
        for (int length = 0; length < s_full.Length; length++)
        {
            DnsReading part = DnsReading.Of(s_full.AsSpan(0, length));
            Assert.Equal(DnsStatus.Cut, part.Status == DnsStatus.Whole ? part.Records : part.Status);
            Assert.True(part.Question is null || part.Question == whole.Question);
            Assert.Equal(whole.Lines.Take(part.Lines.Count), part.Lines);
        }
    }

    [Fact]
    public void A_stream_holds_messages_behind_their_lengths()
    {
        byte[] one = DnsBytes.Response("a.example").Address("a.example", "192.0.2.1").ToTcp();
        byte[] stream = [.. one, .. DnsBytes.Response("b.example").ToTcp()];
        DnsReading first = DnsReading.OfTcp(stream, out int consumed);
        Assert.Equal((DnsStatus.Whole, "a.example", one.Length), (first.Status, first.Question, consumed));
        DnsReading second = DnsReading.OfTcp(stream.AsSpan(consumed), out consumed);
        Assert.Equal((DnsStatus.Whole, "b.example", stream.Length - one.Length), (second.Status, second.Question, consumed));
        for (int length = 0; length < one.Length; length++)
        {
            DnsReading part = DnsReading.OfTcp(one.AsSpan(0, length), out consumed);
            Assert.Equal((DnsStatus.Cut, 0), (part.Status, consumed));
        }

        Assert.Equal(DnsStatus.Invalid, DnsReading.OfTcp([0, 5, 1, 2, 3, 4, 5], out _).Status);
        Assert.Equal(DnsStatus.Invalid, DnsReading.OfTcp([0, 13, .. new DnsBytes().Count(0, 1).ToArray(), 3], out _).Status);
    }

    [Theory]
    [InlineData("@12", DnsStatus.Invalid)] // itself
    [InlineData("a.@12", DnsStatus.Invalid)] // a loop with a label in it
    [InlineData("@14", DnsStatus.Invalid)] // forward
    [InlineData("@0", DnsStatus.Invalid)] // into the header
    [InlineData("a.@11", DnsStatus.Invalid)]
    [InlineData("@500", DnsStatus.Invalid)] // behind the end
    public void Pointers_that_do_not_go_back_to_a_name_are_refused(string name, DnsStatus expected)
    {
        byte[] bytes = new DnsBytes().Question(name, 1).ToArray();
        Assert.Equal(DnsStatus.Whole, DnsMessage.TryWrap(bytes, out DnsMessage message));
        Assert.Equal(expected, message.ReadQuestion(new char[1012], out _));
    }

    [Fact]
    public void Two_pointers_that_point_at_each_other_are_refused()
    {
        // The second name goes back into the first, whose pointer goes forward into the second.
        byte[] bytes = new DnsBytes().Question("a.@20", 1).Question("b.@12", 1).ToArray();
        byte[] data = DnsBytes.Response("x").Record("a.@12", 5, DnsBytes.Name("@12")).ToArray();
        Assert.Null(DnsReading.Of(bytes).Question);
        Assert.Equal(["Answer a.x 300 > x"], DnsReading.Of(data).Lines);
    }

    [Theory]
    [InlineData(0x40)]
    [InlineData(0x80)]
    public void Reserved_label_types_are_refused(byte type) =>
        Assert.Equal(DnsStatus.Invalid, DnsReading.Of(new DnsBytes().Raw(type, 0, 0, 1, 0, 1).Count(0, 1).ToArray()).Status);

    [Fact]
    public void Names_are_lower_case_and_escaped()
    {
        string name = "A-b_1.\u001b[2J.*.x y.\u00ff\\\0";
        Assert.Equal(@"a-b_1.\027\0912j.\042.x\032y.\255\092\000", DnsReading.Of(DnsBytes.Response(name).ToArray()).Question);

        // A dot inside a label is not a dot between labels.
        Assert.Equal(@"a\046b", DnsReading.Of(new DnsBytes().Raw(3, (byte)'a', (byte)'.', (byte)'b', 0, 0, 1, 0, 1).Count(0, 1).ToArray()).Question);
        Assert.Equal("", DnsReading.Of(DnsBytes.Response("").ToArray()).Question);
    }

    [Fact]
    public void Names_end_at_255_bytes()
    {
        string longest = string.Join('.', Enumerable.Repeat(new string('\u0001', 63), 3)) + "." + new string('\u0001', 61);
        Assert.Equal((253 - 3) * 4 + 3, DnsReading.Of(DnsBytes.Response(longest).ToArray()).Question?.Length);
        byte[] over = DnsBytes.Response(longest).Record("a.@12", 1, [1, 2, 3, 4]).ToArray();
        Assert.Equal(["Answer ? 300 1.2.3.4"], DnsReading.Of(over).Lines);
    }

    [Fact]
    public void Hints_and_targets_with_wrong_lengths_end_where_their_record_ends()
    {
        DnsReading reading = DnsReading.Of(DnsBytes.Response("x")
            .Service("x", 1, "", (4, [1, 2, 3, 4, 5]), (6, [1, 2, 3]))
            .Record("x", 65, [0, 1, 0, 0, 4, 0, 200, 1, 2, 3, 4])
            .Record("x", 65, [0, 1, 5, 0])
            .Record("x", 5, [3, (byte)'a'])
            .Record("x", 5, [])
            .Record("x", 1, [1, 2, 3])
            .Record("x", 28, [1, 2, 3, 4])
            .Record("x", 1, [1, 2, 3, 4], recordClass: 3).ToArray());
        Assert.Equal(["Answer x 300 1.2.3.4", .. Enumerable.Repeat("Answer x 300", 7)], reading.Lines);
    }

    [Fact]
    public void The_longest_messages_take_no_time()
    {
        // One record holds pointers that point to pointers, thousands deep; the others have the last of them as owner.
        var records = new DnsBytes().Raw(0, 0, 1, 0, 1, 0, 0, 0, 0, 0x3f, 0xc1).Raw(0);
        for (int at = records.Length - 1; records.Length < 12 + 11 + 0x3fc1; at = records.Length - 2) records.Raw((byte)(0xc0 | (at >> 8)), (byte)at);
        int deepest = records.Length - 2, count = 1;
        for (; records.Length < 65500; count++) records.Raw((byte)(0xc0 | (deepest >> 8)), (byte)deepest, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4);
        var watch = Stopwatch.StartNew();
        DnsReading reading = DnsReading.Of(records.Count(1, (ushort)count).ToArray());
        Assert.Equal((DnsStatus.Whole, count), (reading.Records, reading.Lines.Count));
        Assert.Equal("Answer ? 0 1.2.3.4", reading.Lines[^1]);
        Assert.True(watch.ElapsedMilliseconds < 3000);

        // Names as long as they may be, once written and 5,000 times pointed at.
        string longest = string.Join('.', Enumerable.Repeat("a", 127));
        records = DnsBytes.Response(longest);
        for (int i = 0; records.Length < 65500; i++) records.Record("@12", 1, [10, 0, (byte)(i >> 8), (byte)i]);
        watch.Restart();
        reading = DnsReading.Of(records.ToArray());
        Assert.Equal(DnsStatus.Whole, reading.Records);
        Assert.True(reading.Lines.Count > 4000);
        Assert.True(watch.ElapsedMilliseconds < 3000);
        Assert.Equal(DnsStatus.Cut, DnsReading.Of([.. new DnsBytes().Count(0, 65535).Count(1, 65535).ToArray(), .. new byte[1000]]).Status);
    }

    [Fact]
    public void Changed_bytes_never_throw()
    {
        var random = new Random(20250101);
        byte[] tcp = [(byte)(s_full.Length >> 8), (byte)s_full.Length, .. s_full];
        var book = new NameBook(new NameBookLimits(200, 100_000), seed: 1);
        int learned = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = (i & 1) == 0 ? [.. s_full] : [.. tcp];
            for (int changes = random.Next(1, 8); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReadOnlySpan<byte> cut = random.Next(4) == 0 ? bytes.AsSpan(0, random.Next(bytes.Length)) : bytes;
            if ((i & 1) == 0) DnsReading.Of(cut);
            else DnsReading.OfTcp(cut, out _);
            DnsMessage.TryWrap(cut, out DnsMessage message);
            learned += book.Learn(message, new(1), i, i);
            Assert.True(book.Entries <= 200 && book.Bytes <= 100_000);
        }

        Assert.True(learned > 10_000);
    }
}
