using System.Text.Json;
using TrafficCheck.TestSupport;

using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

public sealed class EndToEndTests
{
    private static readonly string s_samples = Samples;

    private static string[] MailGateway(params string[] more) =>
        ["check", Path.Combine(s_samples, "mail-gateway", "capture.pcap"), "-m", Path.Combine(s_samples, "mail-gateway", "matrix.md"),
            "-p", "1=10.0.0.5,2001:db8:10::5", "-p", "exchange-server=10.0.0.9", .. more];

    [Fact]
    public void The_mail_gateway_sample_fails_with_its_findings()
    {
        var (code, output, _) = Run(MailGateway("--format", "json"));
        Assert.Equal(1, code);
        using JsonDocument report = JsonDocument.Parse(output);
        var findings = report.RootElement.GetProperty("findings").EnumerateArray().ToList();
        Assert.Contains(findings, f => f.GetProperty("reason").GetString() == "direction" && f.GetProperty("servicePort").ToString() == "162");
        Assert.Contains(findings, f => f.GetProperty("reason").GetString() == "transport" && f.GetProperty("servicePort").ToString() == "514");
        Assert.Contains(findings, f => f.GetProperty("kind").GetString() == "port-scan");
        Assert.Equal(40, report.RootElement.GetProperty("coverage").GetArrayLength());
    }

    [Theory]
    [InlineData("clean")]
    [InlineData("midstream")]
    public void A_matrix_that_names_its_hosts_needs_no_protect(string sample)
    {
        var (code, output, errors) = Run("check", Path.Combine(s_samples, sample, "capture.pcap"), "-m", Path.Combine(s_samples, sample, "matrix.md"), "--format", "json");
        Assert.True(code is 0 or 1, errors);
        using JsonDocument report = JsonDocument.Parse(output);
        JsonElement subject = report.RootElement.GetProperty("matrix").GetProperty("subjects")[0];
        Assert.Equal(2, subject.GetProperty("addresses").GetArrayLength());
    }

    [Theory]
    [InlineData("yaml", "yaml")]
    [InlineData("json", "json")]
    [InlineData("csv", "csv")]
    [InlineData("markdown", "md")]
    public void A_converted_matrix_judges_as_the_original(string form, string ending)
    {
        string original = Path.Combine(s_samples, "mail-gateway", "matrix.md");
        var (code, text, errors) = Run("matrix", "convert", original, "--to", form);
        Assert.True(code == 0, errors);
        string folder = Directory.CreateTempSubdirectory("matrix-convert").FullName;
        try
        {
            string path = Path.Combine(folder, "again." + ending);
            File.WriteAllText(path, text);
            var (again, _, why) = Run("matrix", "convert", path, "--to", "yaml");
            Assert.True(again == 0, why);
            Assert.Equal(Run("matrix", "convert", original, "--to", "yaml").Output, Run("matrix", "convert", path, "--to", "yaml").Output);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Hosts_that_are_not_in_the_capture_make_exit_code_4_and_name_those_that_are()
    {
        var (code, output, _) = Run(
            "check", Path.Combine(s_samples, "mail-gateway", "capture.pcap"), "-m", Path.Combine(s_samples, "mail-gateway", "matrix.md"), "-p", "192.0.2.222");
        Assert.Equal(4, code);
        Assert.Contains("10.0.0.5", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_usage_makes_exit_code_2()
    {
        Assert.Equal(2, Run("chekc").Code);
        Assert.Equal(2, Run(MailGateway("--fail-on", "sometimes")).Code);
        Assert.Equal(2, Run("check", "no-such-file", "-m", Path.Combine(s_samples, "mail-gateway", "matrix.md"), "-p", "10.0.0.5").Code);
    }

    [Fact]
    public void Every_corpus_capture_ends_with_an_exit_code_and_sound_accounting()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        string matrix = Path.Combine(shared, "seed", "vendor-port-table.md");
        var bad = new System.Collections.Concurrent.ConcurrentBag<string>();
        string[] files = Directory.GetFiles(Path.Combine(shared, "corpus", "captures"), "*", SearchOption.AllDirectories);
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = 2 }, file =>
        {
            var (code, _, errors) = Run("check", file, "-m", matrix, "-p", "10.0.0.0/8");
            if (code is not (0 or 1 or 3 or 4)) bad.Add($"{file}: {code} {errors}");
        });
        Assert.True(files.Length > 200);
        Assert.Empty(bad);
    }

    [Fact]
    public void Scans_and_floods_are_findings_of_their_own_and_cut_no_conversation_in_a_small_table()
    {
        string sample = Path.Combine(s_samples, "scan");
        var (code, output, errors) = Run("check", Path.Combine(sample, "capture.pcap"), "-m", Path.Combine(sample, "matrix.md"), "--format", "json", "--max-flows", "30");
        Assert.True(code == 1, errors);
        using JsonDocument report = JsonDocument.Parse(output);
        var findings = report.RootElement.GetProperty("findings").EnumerateArray().ToDictionary(
            f => $"{f.GetProperty("kind").GetString()} {f.GetProperty("transport").GetString()} {f.GetProperty("servicePort")}");
        Assert.Equal(300, findings["port-scan tcp "].GetProperty("flows").GetInt64());
        Assert.Equal([22, 25], findings["port-scan tcp "].GetProperty("answeredBy").EnumerateArray().Select(a => a.GetProperty("port").GetInt32()));
        Assert.Equal(600, findings["syn-flood tcp 25"].GetProperty("peers").GetProperty("count").GetInt64());
        Assert.Equal(1, findings["unexpected tcp 22"].GetProperty("escaped").GetInt64());
        Assert.Equal(60, findings["host-sweep tcp 445"].GetProperty("hostCount").GetInt64());

        JsonElement accounting = report.RootElement.GetProperty("accounting"), by = accounting.GetProperty("flowsEvictedByKind");
        Assert.True(by.GetProperty("unanswered").GetInt64() > 500);
        Assert.False(by.TryGetProperty("conversation", out _));
        Assert.Equal(accounting.GetProperty("flowsEvicted").GetInt64(), by.EnumerateObject().Sum(e => e.Value.GetInt64()));
        Assert.Equal("proven", report.RootElement.GetProperty("coverage")[0].GetProperty("state").GetString());
    }
}
