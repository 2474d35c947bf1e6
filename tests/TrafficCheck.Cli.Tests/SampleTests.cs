using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrafficCheck.TestSupport;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>
/// Each sample's page is run as it stands: its command must give the exit code it names and the expected report beside it, byte for byte.
/// <c>UPDATE_EXPECTED=1</c> writes the expected reports anew; read what changed before committing it.
/// </summary>
public sealed partial class SampleTests
{
    public static TheoryData<string> Names => [.. Directory.GetDirectories(Samples).Select(d => Path.GetFileName(d)!).Where(n => File.Exists(Path.Combine(Samples, n, "capture.pcap"))).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_command_of_the_page_gives_the_expected_report(string name)
    {
        string page = File.ReadAllText(Path.Combine(Samples, name, "README.md"));
        string[] command = Command().Match(page).Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int exitCode = int.Parse(ExitCodeOf().Match(page).Groups[1].Value, CultureInfo.InvariantCulture);
        foreach (var (format, file) in new[] { ("text", "expected.txt"), ("json", "expected.json") })
        {
            var (code, output, errors) = Run([.. command, "--format", format]);
            Assert.True(code == exitCode, $"exit code {code}, the page says {exitCode}: {errors}");
            string path = Path.Combine(Samples, name, file);
            if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") == "1") File.WriteAllText(path, output);
            Assert.Equal(File.ReadAllText(path), output);
        }
    }

    [Fact]
    public void The_first_page_shows_what_the_program_prints()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "README.md"));
        string expected = File.ReadAllText(Path.Combine(Samples, "mail-gateway", "expected.txt"));
        string[] shown = Report().Match(page).Groups[1].Value.Split('\n');
        Assert.True(shown.Length > 20);
        foreach (string line in shown.Where(line => line.Trim() != "...")) Assert.Contains(line, expected, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_page_has_the_limits_of_the_visibility_grades()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "README.md"));
        JsonNode report = JsonNode.Parse(File.ReadAllText(Path.Combine(Samples, "mail-gateway", "expected.json")))!;
        JsonArray rules = report["visibility"]!["gradeRules"]!.AsArray();
        Assert.Equal(4, rules.Count);
        foreach (JsonNode? rule in rules)
        {
            string[] cells = page.Split('\n').Single(line => line.Contains($"| {rule!["figure"]}: ", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries)[2..8];
            string[] limits = [.. rule!["limits"]!.AsObject().Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Value!.GetValue<double>() * 100:0.###} %"))];
            Assert.Equal(limits, cells[..limits.Length]);
        }

        Assert.Contains("(A to 1 %", Run("check", Path.Combine(Samples, "mail-gateway", "capture.pcap"), "-m", Path.Combine(Samples, "mail-gateway", "matrix.md"), "-p", "10.0.0.5", "-v").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_flows_that_anybody_may_have_begun_says_so()
    {
        var (code, output, errors) = Run("check", Path.Combine(Samples, "midstream", "capture.pcap"), "-m", Path.Combine(Samples, "midstream", "matrix.md"), "-v");
        Assert.True(code == 1, errors);
        Assert.Contains("of 1 flow nobody can tell who initiated it", string.Join(' ', output.Replace('\u00a0', ' ').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_command_of_the_first_page_passes()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "README.md"));
        string[] command = MainJob().Match(page).Groups[1].Value.Split(' ');
        var (code, output, errors) = Run(command);
        Assert.True(code == 0, errors);
        Assert.StartsWith("PASS", output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^    trafficcheck (check (?:[^\n]*\\\n)*[^\n]*)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"exit code is (\d)")]
    private static partial Regex ExitCodeOf();

    [GeneratedRegex(@"```\n((?:PASS|FAIL).*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Report();

    [GeneratedRegex(@"^    dotnet run --project src/TrafficCheck\.Cli -c Release -- (check [^\n]*)", RegexOptions.Multiline)]
    private static partial Regex MainJob();
}
