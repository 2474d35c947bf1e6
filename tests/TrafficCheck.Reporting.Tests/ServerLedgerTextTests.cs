using System.Net;
using System.Text;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting.Ledgers;

namespace TrafficCheck.Reporting.Tests;

/// <summary>The ledger's file: what is written reads back the same, and what is read may be anybody's.</summary>
public sealed class ServerLedgerTextTests
{
    private const string Head = "trafficcheck-servers/1\n# transport address port first-proof last-proof proofs\n";
    private const string Line = "tcp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n";

    private static ProvenServer Server(string address, ushort port, byte transport, long first, long last, long proofs) =>
        new(IpAddress.From(IPAddress.Parse(address)), port, transport, first, last, proofs);

    private static IReadOnlyList<ProvenServer> Read(string text) => ServerLedgerText.Read(new MemoryStream(Encoding.Latin1.GetBytes(text)), "servers.txt");

    private static string Write(IReadOnlyList<ProvenServer> servers)
    {
        var text = new StringWriter();
        ServerLedgerText.Write(servers, text);
        return text.ToString();
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        ProvenServer[] servers =
        [
            Server("10.0.0.5", 25, TransportNames.Tcp, 1_772_438_400_000_000_000, 1_772_440_799_250_000_000, 17), Server("10.0.0.5", 53, TransportNames.Tcp, -1, 0, 1),
            Server("10.0.0.5", 53, TransportNames.Udp, long.MinValue, long.MaxValue, long.MaxValue), Server("10.0.0.6", 0, TransportNames.Sctp, 5, 5, 1),
            Server("2001:db8::5", 65535, TransportNames.UdpLite, 999_999_999, 1_000_000_000, 2), Server("fe80::1", 389, TransportNames.Dccp, 0, 1, 3),
        ];
        string text = Write(servers);
        Assert.StartsWith(Head + Line, text, StringComparison.Ordinal);
        Assert.EndsWith("end 6\n", text, StringComparison.Ordinal);
        Assert.Equal(servers, Read(text));
        Assert.Equal(servers, Read(text.Replace("\n", "\r\n", StringComparison.Ordinal)));
        Assert.Equal(text, Write(Read(text)));
        Assert.Equal(Head + "end 0\n", Write([]));
        Assert.Empty(Read(Head + "end 0\n"));
        Assert.Empty(Read(""));
    }

    [Theory]
    [InlineData("hello\n", 1, "not a ledger")]
    [InlineData("trafficcheck-servers/2\nend 0\n", 1, "version 2")]
    [InlineData("\u001b]0;x\a\n", 1, "0x1b")]
    [InlineData(Head + Line, 3, "cut short")]
    [InlineData(Head, 2, "cut short")]
    [InlineData(Head + Line + "end 2\n", 4, "1 sockets")]
    [InlineData(Head + Line + Line + "end 2\n", 4, "line 3")]
    [InlineData(Head + "end 0\nmore\n", 4, "behind the end")]
    [InlineData(Head + "\nend 0\n", 3, "1 fields")]
    [InlineData(Head + "tcp 10.0.0.5 25\n", 3, "3 fields")]
    [InlineData(Head + "icmp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "icmp")]
    [InlineData(Head + "TCP 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "TCP")]
    [InlineData(Head + "tcp 10.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "10.5")]
    [InlineData(Head + "tcp fe80::1%3 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "fe80::1%3")]
    [InlineData(Head + "tcp ::ffff:10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "::ffff:10.0.0.5")]
    [InlineData(Head + "tcp 224.0.0.1 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "one host")]
    [InlineData(Head + "tcp 10.0.0.5 65536 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "65536")]
    [InlineData(Head + "tcp 10.0.0.5 25 2026-03-02T08:00:00Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "no time")]
    [InlineData(Head + "tcp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-13-02T08:39:59.250000000Z 17\n", 3, "no time")]
    [InlineData(Head + "tcp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 9999-03-02T08:39:59.250000000Z 17\n", 3, "no time")]
    [InlineData(Head + "tcp 10.0.0.5 25 2026-03-03T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17\n", 3, "later")]
    [InlineData(Head + "tcp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 0\n", 3, "proofs")]
    [InlineData(Head + "tcp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z +1\n", 3, "proofs")]
    [InlineData(Head + "tcp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z \u00b2\n", 3, "0xb2")]
    public void What_is_wrong_is_said_with_file_and_line(string text, int line, string what)
    {
        var wrong = Assert.Throws<ServerLedgerException>(() => Read(text));
        Assert.Equal(line, wrong.Line);
        Assert.StartsWith($"servers.txt, line {line}: ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(what, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_lines_and_endless_files_end()
    {
        Assert.Contains("longer than", Assert.Throws<ServerLedgerException>(() => ServerLedgerText.Read(new Endless("a"), "x")).Message, StringComparison.Ordinal);
        Assert.Contains("lines", Assert.Throws<ServerLedgerException>(() => ServerLedgerText.Read(new Endless("#\n", Head), "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_and_every_changed_byte_is_read_or_refused()
    {
        string text = Head + Line + "udp 2001:db8::5 53 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 1\nend 2\n";
        for (int length = 1; length < text.Length; length++)
        {
            // Without its last line end a file is whole.
            if (length < text.Length - 1) Assert.Throws<ServerLedgerException>(() => Read(text[..length]));
            foreach (char other in "\0\n :9a\u00ff")
            {
                try
                {
                    Assert.True(Read(text[..length] + other + text[(length + 1)..]).Count <= 2);
                }
                catch (ServerLedgerException)
                {
                    // Refused, which is as good.
                }
            }
        }
    }

    /// <summary>The same bytes for ever.</summary>
    private sealed class Endless(string text, string head = "") : Stream
    {
        private readonly byte[] _head = Encoding.ASCII.GetBytes(head), _bytes = Encoding.ASCII.GetBytes(text);
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (int i = 0; i < count; i++, _at++) buffer[offset + i] = _at < _head.Length ? _head[_at] : _bytes[(_at - _head.Length) % _bytes.Length];
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
