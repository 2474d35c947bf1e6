using System.Net;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Matrix;

/// <summary>Tables larger than anybody writes by hand: bounded memory to compile and to ask, and the answers of a search of all rows.</summary>
public sealed class LargeMatrixTests
{
    private const int Rows = 10_000;
    private const long Megabyte = 1 << 20;

    /// <summary>Name, and what it may take to compile, in megabytes allocated.</summary>
    public static TheoryData<string, int> Shapes => new()
    {
        { "nested", 80 },
        { "random ranges", 80 },
        { "random ranges with networks", 80 },
        { "one port, a network each", 60 },
        { "one port, a name each", 60 },
        { "any port, a network each, and a port each", 80 },
        { "every protocol", 80 },
        { "a thousand ranges each", 300 },
        { "chains of prefixes", 60 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void It_compiles_in_bounded_memory_and_answers_like_a_search_of_all_rows(string shape, int megabytes)
    {
        AllowedMatrix matrix = RandomMatrixTests.MatrixOf(RowsOf(shape));
        long before = GC.GetAllocatedBytesForCurrentThread();
        CompiledMatrix compiled = CompiledMatrix.Compile(matrix);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Megabyte, 0, megabytes);
        var matcher = new RowMatcher(compiled);
        var linear = new LinearMatcher(matrix, []);
        var dice = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            byte protocol = shape == "every protocol" ? (byte)dice.Next(256) : TransportNames.Tcp;
            ushort port = !TransportNames.HasPorts(protocol) ? (ushort)0 : (ushort)(shape.StartsWith("one", StringComparison.Ordinal) ? 443 : dice.Next(65536));
            IpAddress peer = (i & 1) == 0 ? IpAddress.V4(0x0a000000 | (uint)dice.Next(1 << 14)) : IpAddress.V6(0x2001_0db8_0000_0000, (ulong)dice.NextInt64());
            string[] names = (i & 4) == 0 ? [] : [$"h{dice.Next(Rows)}.example.net"];
            RowMatch match = matcher.Match(0, protocol, port, inbound: true, peer, names, []);
            RowSet set = compiled.Sets[match.RowSet];
            string got = new LinearMatcher.Answer(match.Answer, [.. set.Answering], [.. set.Covered], [.. set.Possible]).ToString();
            Assert.Equal(linear.Match(0, protocol, port, inbound: true, peer, names, []).ToString(), got);
        }
    }

    [Theory]
    [InlineData("one port, a network each")]
    [InlineData("any port, a network each, and a port each")]
    [InlineData("chains of prefixes")]
    public void What_was_asked_before_is_answered_without_allocating(string shape)
    {
        var matcher = new RowMatcher(CompiledMatrix.Compile(RandomMatrixTests.MatrixOf(RowsOf(shape))));
        Ask();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Ask();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Ask()
        {
            for (uint i = 0; i < 2000; i++)
            {
                matcher.Match(0, TransportNames.Tcp, (ushort)(i % 500), inbound: true, IpAddress.V4(0x0a000000 | (i * 7)), [], []);
                matcher.Match(0, TransportNames.Tcp, 443, inbound: true, IpAddress.V6(0x2001_0db8_0000_0000, i), [], []);
            }
        }
    }

    [Fact]
    public void Answers_that_find_no_room_are_forgotten_and_never_wrong()
    {
        var memo = new AnswerMemo(seed: 7);
        const int Asked = 3_000_000;
        int last = 0;
        for (int i = 1; i <= Asked; i++) memo.Add(-1 - (i % 1000), i, new RowMatch(MatchAnswer.Yes, i));
        for (int i = 1; i <= Asked; i++)
        {
            if (!memo.TryGet(-1 - (i % 1000), i, out RowMatch answer)) continue;
            last++;
            Assert.Equal(i, answer.RowSet);
        }

        Assert.InRange(last, 1, 1 << 20);
        Assert.True(memo.TryGet(-1 - (Asked % 1000), Asked, out _));
        Assert.False(memo.TryGet(-1, Asked + 1, out _));
    }

    private static MatrixRow[] RowsOf(string shape)
    {
        var dice = new Random(5);
        return shape switch
        {
            "nested" => Each(i => Row(i, 65535 - i)),
            "random ranges" => Each(_ => Random()),
            "random ranges with networks" => Each(i => Random() with { Peers = [Network(i)] }),
            "one port, a network each" => Each(i => Row(443, 443) with { Peers = [Network(i)] }),
            "one port, a name each" => Each(i => Row(443, 443) with { Peers = [RowPeer.Of(i % 3 == 0 ? $"*.h{i}.example.net" : $"h{i}.example.net")] }),
            "any port, a network each, and a port each" => Each(i => (i % 5 == 0 ? Row(0, 65535) : Row(i, i)) with { Peers = [Network(i)] }),
            "every protocol" => Each(i => Random() with { Transports = i < 256 ? [(byte)i] : [], Direction = RowDirection.InOut }),
            "a thousand ranges each" => [.. Enumerable.Range(0, 200).Select(i => Row(1, 1) with { Ports = [.. Enumerable.Range(0, 1000).Select(p => new PortRange((ushort)((p * 60) + (i % 50)), (ushort)((p * 60) + (i % 50) + 5)))] })],
            _ => Each(i => Row(443, 443) with { Peers = [Chain(i)] }),
        };

        MatrixRow Random()
        {
            int x = dice.Next(65536), y = dice.Next(65536);
            return Row(Math.Min(x, y), Math.Max(x, y));
        }
    }

    private static MatrixRow[] Each(Func<int, MatrixRow> row) => [.. Enumerable.Range(0, Rows).Select(row)];

    private static MatrixRow Row(int first, int last) => new()
    {
        Id = "?",
        Subject = 0,
        Ports = [new PortRange((ushort)first, (ushort)last)],
        Transports = [TransportNames.Tcp],
        Direction = RowDirection.In,
        Source = new RowSource("t", 1, 1),
    };

    private static RowPeer Network(int i) => RowPeer.Of(new IPNetwork(IpAddress.V4(0x0a000000 + ((uint)i << (i % 3))).ToIPAddress(), 32));

    /// <summary>Prefixes of each length inside each other, and beside: the deepest search and the longest way up.</summary>
    private static RowPeer Chain(int i)
    {
        int length = 1 + (i % 128);
        UInt128 address = new UInt128(0x2001_0db8_0000_0000, (ulong)i) & (UInt128.MaxValue << (128 - length));
        return RowPeer.Of(new IPNetwork(new IpAddress(address).ToIPAddress(), length));
    }
}
