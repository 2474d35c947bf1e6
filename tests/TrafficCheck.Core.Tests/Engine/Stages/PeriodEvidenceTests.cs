using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>Evidence that lies in another period, or with flows that go on: what it still tells, and what it cannot.</summary>
public sealed class PeriodEvidenceTests
{
    private const long Second = 1_000_000_000, Hour = 3600 * Second;

    private static readonly AllowedMatrix s_ftp = MatrixOf(Allow("Ftp", 21), Allow("Other", 9));

    /// <summary>A control connection of the host that announces port 50000 of the server at second 1, and lives for so long.</summary>
    private static IReadOnlyList<TimedFrame> Control(TimeSpan lasts, bool closes = false)
    {
        TcpConversation control = new TcpConversation(Host, 40000, Peer, 21, Second).Handshake()
            .ServerSends("220 FTP server ready\r\n").ClientSends("PASV\r\n").ServerSends("227 Entering Passive Mode (192,0,2,7,195,80)\r\n").Wait(lasts).ClientSends("NOOP\r\n");
        return (closes ? control.ClientCloses() : control).Frames;
    }

    private static IReadOnlyList<TimedFrame> Data(long at = 3 * Second) => new TcpConversation(Host, 40001, Peer, 50000, at).Handshake().ClientSends("data").ClientCloses().Frames;

    /// <summary>A frame of nobody's business, by which time goes on.</summary>
    private static TimedFrame Later(long at) => FrameBuilder.Ethernet().IPv4("10.9.9.9", "10.9.9.8").Udp(1, 2).At(at);

    private static LiveRun RunOf(IEnumerable<TimedFrame> frames, AllowedMatrix matrix, out int count, int threads = 1)
    {
        TimedFrame[] all = [.. frames];
        count = all.Length;
        return new(all, new ushort[all.Length], threads, matrix: matrix);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_control_connection_that_goes_on_answers_for_data_that_ended(int threads)
    {
        // The data connection ends by its timeout, the control connection speaks again.
        using LiveRun run = RunOf(TimedFrame.Merge(Control(TimeSpan.FromSeconds(250)), Data()), s_ftp, out int count, threads);
        run.FeedUntil(count);
        Assert.True(run.Engine.Tick(260 * Second));
        CheckReport first = run.ClosePeriod();
        Assert.Equal((1, 1, 0, 1), (first.Summary.Flows, first.Summary.Related, first.Summary.Allowed, first.Accounting.FlowsNotReported));
        CheckReport last = run.Finish();
        Assert.Equal((1, 0, 1), (last.Summary.Flows, last.Summary.Related, last.Summary.Allowed));
    }

    [Theory]
    [InlineData(21, 1)]
    [InlineData(22, 0)]
    public void A_control_connection_of_an_earlier_period_answers_by_the_matrix_of_the_later_one(int allowed, int related)
    {
        // The control connection ends in the first period, its data go on.
        IEnumerable<TimedFrame> frames = TimedFrame.Merge(Control(TimeSpan.FromSeconds(1), closes: true), new TcpConversation(Host, 40001, Peer, 50000, 3 * Second).Handshake().ClientSends("data").Wait(TimeSpan.FromSeconds(290)).ClientSends("more").Frames);
        using LiveRun run = RunOf(frames, s_ftp, out int count);
        run.FeedUntil(count);
        Assert.True(run.Engine.Tick(310 * Second));
        Assert.Equal(1, run.ClosePeriod(MatrixOf(Allow("New", (ushort)allowed), Allow("Ftp", 21, RowDirection.In))).Summary.Allowed);
        CheckReport last = run.Finish();
        Assert.Equal((1, related, 1 - related), (last.Summary.Flows, last.Summary.Related, last.Summary.Unexpected));
        Assert.Equal(related == 1 ? ["New"] : [], last.Related.SelectMany(r => r.Rows));
    }

    [Fact]
    public void Live_flows_prove_servers_for_those_that_ended()
    {
        // What began before the capture ends; that its socket serves is shown by a conversation that goes on.
        AllowedMatrix matrix = MatrixOf(Allow("A", 8099, RowDirection.InOut), Allow("B", 40001, RowDirection.InOut));
        using LiveRun run = RunOf(TimedFrame.Merge(Traffic.Midstream(8099, 40001, Second), Traffic.In(8099, 3700 * Second)), matrix, out int count);
        run.FeedUntil(count);
        Assert.True(run.Engine.Tick(3710 * Second));
        CheckReport first = run.ClosePeriod();
        Assert.Equal((1, 1), (first.Summary.Flows, first.Accounting.FlowsNotReported));
        Assert.Contains(first.Evidence.Methods, m => m is { Key: "ledger", Value: 1 });
    }

    [Fact]
    public void Control_connections_of_long_ago_make_room()
    {
        // Those of a period are kept for the next, and no longer.
        var frames = new List<TimedFrame>();
        for (int hour = 0; hour < 3; hour++)
        {
            for (int i = 0; i < 50; i++)
            {
                long at = (hour * Hour) + (i * Second);
                frames.AddRange(new TcpConversation(Host, (ushort)(40000 + i), Peer, 21, at).Handshake().ServerSends("220 x\r\n").ClientSends("PASV\r\n")
                    .ServerSends("227 Entering Passive Mode (192,0,2,7,195,80)\r\n").ClientCloses().Frames);
            }
        }

        using LiveRun run = RunOf(frames.OrderBy(f => f.TimestampNs), s_ftp, out int count);
        for (int hour = 1; hour <= 3; hour++)
        {
            run.FeedUntil(count * hour / 3);
            Assert.True(run.Engine.Tick((hour * Hour) - (1000 * Second)));
            CheckReport report = run.ClosePeriod();
            Assert.Equal((50, 50), (report.Summary.Flows, report.Summary.Allowed));
            Assert.InRange(run.Engine.Related!.All.Count(), 50, 51);
        }

        run.FeedUntil(count);
        run.Finish();
    }

    [Fact]
    public void Names_that_no_live_flow_has_make_room_and_reports_of_before_keep_theirs()
    {
        TimedFrame[] first = [.. new TcpConversation(Host, 40000, Peer, 8080, Second).Handshake().ClientSends("GET / HTTP/1.1\r\nHost: old.example.net\r\n\r\n").ClientCloses().Frames];
        TimedFrame[] second = [.. new TcpConversation(Host, 40001, Peer, 8080, Hour).Handshake().ClientSends("GET / HTTP/1.1\r\nHost: new.example.net\r\n\r\n").ClientCloses().Frames];
        using LiveRun run = RunOf([.. first, .. second], MatrixOf(Allow("R", 25)), out int count);
        run.FeedUntil(first.Length);
        Assert.True(run.Engine.Tick(3000 * Second));
        using ReportSnapshot closed = run.Engine.BeginPeriod();
        run.FeedUntil(count);
        CheckReport last = run.Finish(), before = closed.Build([StagedRun.Summary(first.Length)], [], new ExitRules());
        Assert.Equal(["old.example.net"], before.Findings.SelectMany(f => f.PeerNames).Select(n => n.Name).Distinct());
        Assert.Contains("new.example.net", last.Findings.SelectMany(f => f.PeerNames).Select(n => n.Name));
        Assert.Empty(before.Accounting.BrokenIdentities);
    }
}
