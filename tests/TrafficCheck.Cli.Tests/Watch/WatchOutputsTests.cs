using System.Net;
using TrafficCheck.Cli.Watch;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Cli.Tests.Watch;

public sealed class WatchOutputsTests : IDisposable
{
    private static readonly DateTimeOffset s_began = new(2030, 1, 31, 18, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("watch-outputs").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FilesOfPeriodsHaveTheTimeAtWhichTheyBegan()
    {
        using var outputs = new WatchOutputs([In("report.json"), In("report.txt")], null, rotates: true, verbose: false, TimeProvider.System);
        outputs.Period(Report(), s_began, s_began.AddHours(1));
        outputs.Period(Report(), s_began.AddHours(1), s_began.AddHours(2));
        Assert.Equal(["report-20300131T180000Z.json", "report-20300131T180000Z.txt", "report-20300131T190000Z.json", "report-20300131T190000Z.txt"], Names());
        Assert.Empty(outputs.Troubles);
    }

    [Fact]
    public void TwoPeriodsOfOneTimeAreTwoFiles()
    {
        using var outputs = new WatchOutputs([In("report.json")], In("flows.csv"), rotates: true, verbose: false, TimeProvider.System);
        for (int i = 0; i < 3; i++)
        {
            outputs.Period(Report(), s_began, s_began);
            outputs.Rows(_ => { }, s_began, isLast: false);
        }

        Assert.Equal(
            ["flows-20300131T180000Z-2.csv", "flows-20300131T180000Z-3.csv", "flows-20300131T180000Z.csv", "report-20300131T180000Z-2.json", "report-20300131T180000Z-3.json", "report-20300131T180000Z.json"], Names());
    }

    [Fact]
    public void AReportThatCannotBeWrittenCostsNoOtherAndIsSaidAtTheEnd()
    {
        string gone = Path.Combine(_folder, "sub", "report.json");
        using var outputs = new WatchOutputs([gone, In("report.txt")], null, rotates: true, verbose: false, TimeProvider.System);
        outputs.Period(Report(), s_began, s_began.AddHours(1));
        Assert.Equal(["report-20300131T180000Z.txt"], Names());
        Assert.Equal(2, outputs.Troubles.Count);
        Assert.StartsWith($"'{Path.Combine(_folder, "sub", "report-20300131T180000Z.json")}' could not be written: ", outputs.Troubles[0], StringComparison.Ordinal);

        // The next one is written; the one that is missing is missing for good.
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        outputs.Period(Report(), s_began.AddHours(1), s_began.AddHours(2));
        Assert.Equal(["1 file of a period was not written"], outputs.Troubles);
    }

    [Fact]
    public void AListOfFlowsWithoutRotationIsOneFile()
    {
        using var outputs = new WatchOutputs([], In("flows.csv"), rotates: false, verbose: false, TimeProvider.System);
        int handed = 0;
        outputs.Rows(_ => handed++, s_began, isLast: false);
        outputs.Rows(_ => handed++, s_began.AddHours(1), isLast: true);
        Assert.Equal(2, handed);
        Assert.Equal(["flows.csv"], Names());
        Assert.StartsWith("first,last,", File.ReadAllText(In("flows.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void AListOfFlowsThatFailedOnceIsNotGoneOnWithAndStaysSaid()
    {
        using var outputs = new WatchOutputs([], In("flows.csv"), rotates: false, verbose: false, TimeProvider.System);
        int handed = 0;
        outputs.Rows(_ => throw new IOException("No space left on device"), s_began, isLast: false);
        outputs.Rows(_ => handed++, s_began, isLast: true);
        Assert.Equal(0, handed);
        Assert.Equal($"'{In("flows.csv")}' could not be written: No space left on device", Assert.Single(outputs.Troubles));
    }

    [Fact]
    public void AFullDiskIsSaid()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("there is no /dev/full here");
        File.CreateSymbolicLink(In("flows.csv"), "/dev/full");
        using var outputs = new WatchOutputs([], In("flows.csv"), rotates: false, verbose: false, TimeProvider.System);
        outputs.Rows(_ => { }, s_began, isLast: true);
        Assert.Contains("could not be written", Assert.Single(outputs.Troubles), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutRotationAPeriodHasNoFile()
    {
        using var outputs = new WatchOutputs([In("report.json")], null, rotates: false, verbose: false, TimeProvider.System);
        outputs.Period(Report(), s_began, s_began.AddHours(1));
        Assert.Empty(Names());
        Assert.False(outputs.WantsRows);
    }

    [Fact]
    public void AStateIsReadAgainAndItsFolderIsOfOneRun()
    {
        string folder = In("state");
        using (StateFolder first = StateFolder.Open(folder, TimeProvider.System, hasLedger: true))
        {
            Assert.Contains("another run has it", Assert.Throws<UsageException>(() => StateFolder.Open(folder, TimeProvider.System, hasLedger: true)).Message, StringComparison.Ordinal);
            using var none = new StringWriter();
            Assert.Null(first.Read(Report().Matrix, none));
            Assert.Equal("", none.ToString());
            Assert.Null(first.Write(Report() with { Process = "p" }, []).LastError);
        }

        using StateFolder next = StateFolder.Open(folder, TimeProvider.System, hasLedger: true);
        using var messages = new StringWriter();
        Assert.NotNull(next.Read(Report().Matrix, messages));
    }

    [Fact]
    public void ADamagedStateIsSaidAndTheRunBeginsAnew()
    {
        string folder = In("state");
        using (StateFolder first = StateFolder.Open(folder, TimeProvider.System, hasLedger: false)) first.Write(Report(), []);
        foreach (string file in Directory.GetFiles(folder).Where(f => new FileInfo(f).Length > 0)) File.WriteAllText(file, "{\"x\": [");
        using StateFolder next = StateFolder.Open(folder, TimeProvider.System, hasLedger: false);
        using var messages = new StringWriter();
        Assert.Null(next.Read(Report().Matrix, messages));
        Assert.StartsWith("--state: ", messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AStateThatCannotBeWrittenIsInTheAnswer()
    {
        string folder = In("state");
        using StateFolder state = StateFolder.Open(folder, TimeProvider.System, hasLedger: false);
        Assert.Null(state.Write(Report(), []).LastError);
        Directory.Delete(folder, recursive: true);
        File.WriteAllText(folder, "in the way");
        var status = state.Write(Report(), []);
        Assert.NotNull(status.LastError);
        Assert.NotNull(status.WrittenAtUtc);
        File.Delete(folder);
    }

    private static CheckReport Report()
    {
        var matrix = new AllowedMatrix
        {
            Name = "m",
            Sources = [new Core.Matrix.MatrixSource("m.md", new string('a', 64))],
            Subjects = [new MatrixSubject("gateway", [])],
            Rows = [],
        };
        using var engine = new CheckEngine(matrix, [[IPNetwork.Parse("10.0.0.5/32")]], new CaptureInterfaces(), new EngineOptions(), keepRows: false);
        return engine.Finish([], [], new ExitRules());
    }

    private string In(string name) => Path.Combine(_folder, name);

    private string[] Names() => [.. Directory.GetFiles(_folder).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
}
