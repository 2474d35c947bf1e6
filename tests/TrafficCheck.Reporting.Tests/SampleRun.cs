using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Reporting.Tests;

/// <summary>A small run of the engine with one flow of each kind, so that reports are written from what the engine really gives.</summary>
internal static class SampleRun
{
    /// <summary>Text that would act on a terminal, a spreadsheet or a page, in one.</summary>
    public const string Hostile = "=cmd|' /C calc'!A0 \e[31mred\e[0m \u202Egnp.exe <script>alert(1)</script> \r\nnext\tcell\0 \u009b2J";

    private const long Start = 1_772_438_400_000_000_000; // 2026-03-02 08:00:00 UTC
    private const string Gateway = "10.0.0.5";

    public static (CheckReport Report, List<FlowRow> Rows) Run(string text = "plain", ExitRules? rules = null, string subject = "gateway")
    {
        AllowedMatrix matrix = Matrix(text, subject);
        var interfaces = new CaptureInterfaces();
        interfaces.Add(new CaptureInterface(0, 0, text, LinkType.Ethernet, 0));
        IReadOnlyList<TimedFrame> frames = Frames();
        using var engine = new CheckEngine(matrix, [[IPNetwork.Parse(Gateway + "/32")]], interfaces, new EngineOptions { Seed = HashSeed.Fixed }, keepRows: true);
        using FrameBatch batch = Batch(frames);
        engine.Process(batch, 0, batch.Count);
        var input = new InputSummary
        {
            Path = text + ".pcap",
            Format = "pcap",
            LinkTypes = [LinkType.Ethernet],
            Frames = frames.Count,
            Bytes = frames.Sum(f => (long)f.Bytes.Length),
            FirstNs = frames[0].TimestampNs,
            LastNs = frames[^1].TimestampNs,
            Problems = [new InputProblem(ProblemSeverity.Damage, "truncated-record", 4711, "The file ends inside a record: " + text)],
        };
        CheckReport report = engine.Finish([input], [new("matrix", text)], rules ?? new ExitRules());
        var rows = new List<FlowRow>();
        engine.WriteRows(rows.Add);
        return (report, rows);
    }

    public static AllowedMatrix Matrix(string text, string subject = "gateway") => new()
    {
        Name = text,
        Sources = [new MatrixSource(text, new string('a', 64))],
        Subjects = [new MatrixSubject(subject, [])],
        Rows =
        [
            Row(1, 25, RowDirection.In, text),
            Row(2, 443, RowDirection.Out, text) with { Peers = [RowPeer.Of(IPNetwork.Parse("198.51.100.0/24"))] },
            Row(3, 162, RowDirection.In, text, TransportNames.Udp),
            Row(4, 514, RowDirection.Out, text),
            Row(5, 80, RowDirection.Out, text) with { Peers = [RowPeer.Of("repo.example.net")] },
            Row(6, 8080, RowDirection.InOut, text) with { Need = RowNeed.Conditional, Condition = text },
            Row(7, 25, RowDirection.InOut, text) with { Application = text },
        ],
        Conditions = [text],
    };

    private static MatrixRow Row(int number, ushort port, RowDirection direction, string text, byte transport = TransportNames.Tcp) => new()
    {
        Id = "R" + number,
        Subject = 0,
        Ports = [new PortRange(port, port)],
        Transports = [transport],
        Direction = direction,
        Purpose = text,
        Source = new RowSource(text, number + 2, 1),
    };

    private static IReadOnlyList<TimedFrame> Frames()
    {
        long at = Start;
        long Next() => at += 60_000_000_000;
        IEnumerable<TimedFrame>[] all =
        [
            new TcpConversation("203.0.113.7", 40001, Gateway, 25, Next()).Handshake().ServerSends("220 hello").ClientCloses().Frames,
            new TcpConversation(Gateway, 40002, "198.51.100.9", 443, Next()).Handshake().ClientSends("x").ClientCloses().Frames,
            new TcpConversation(Gateway, 40003, "203.0.113.9", 443, Next()).Handshake().ClientSends("x").ClientCloses().Frames,
            new TcpConversation("203.0.113.7", 40004, Gateway, 3389, Next()).Refused().Frames,
            new TcpConversation(Gateway, 40005, "203.0.113.11", 514, Next()).Refused().Frames,
            new TcpConversation(Gateway, 40006, "203.0.113.12", 80, Next()).Handshake().ClientCloses().Frames,
            [FrameBuilder.Ethernet().Ip(Gateway, "192.0.2.40").Udp(40007, 162).Payload([1, 2, 3]).At(Next())],
            [FrameBuilder.Ethernet().Ip("10.0.0.77", "192.0.2.40").Udp(40008, 53).Payload([1, 2, 3]).At(Next())],
        ];
        return TimedFrame.Merge(all);
    }

    private static unsafe FrameBatch Batch(IReadOnlyList<TimedFrame> frames)
    {
        var batch = new FrameBatch(frames.Sum(f => f.Bytes.Length), frames.Count);
        int offset = 0, count = 0;
        Span<FrameDescriptor> room = batch.Reserve(frames.Count);
        foreach (TimedFrame frame in frames)
        {
            frame.Bytes.CopyTo(batch.Block[offset..]);
            room[count++] = new FrameDescriptor
            {
                TimestampNs = frame.TimestampNs,
                Offset = offset,
                CapturedLength = frame.Bytes.Length,
                WireLength = frame.WireLength,
                LinkType = frame.LinkType,
            };
            offset += frame.Bytes.Length;
        }

        batch.Commit(count);
        return batch;
    }
}
