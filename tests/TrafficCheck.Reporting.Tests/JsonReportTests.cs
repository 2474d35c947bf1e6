using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Tests;

/// <summary>The JSON report has the fields that are promised, with their kinds, and adds up.</summary>
public sealed class JsonReportTests
{
    [Fact]
    public void The_promised_fields_are_there_with_their_kinds()
    {
        using JsonDocument document = Write(SampleRun.Run().Report);
        JsonElement root = document.RootElement;
        Assert.Equal("trafficcheck-report/1", root.GetProperty("schema").GetString());
        Has(root.GetProperty("tool"), JsonValueKind.String, "name", "version");
        Has(root.GetProperty("matrix"), JsonValueKind.Number, "rows", "notEnforced");
        Has(root.GetProperty("matrix").GetProperty("sources")[0], JsonValueKind.String, "path", "sha256");
        Has(root.GetProperty("inputs")[0], JsonValueKind.String, "path", "format", "first", "last");
        Has(root.GetProperty("inputs")[0], JsonValueKind.Number, "frames", "bytes");
        Has(root.GetProperty("inputs")[0], JsonValueKind.Array, "linkTypes", "problems");
        Has(root.GetProperty("visibility"), JsonValueKind.Number, "truncatedFrames", "outOfOrder", "gaps", "badChecksums");
        Has(root.GetProperty("visibility"), JsonValueKind.Object, "duplicates");
        Has(root.GetProperty("visibility"), JsonValueKind.Null, "droppedFrames");
        Has(root.GetProperty("accounting"), JsonValueKind.Number, "framesRead", "framesDecoded", "packetsInFlows", "duplicates", "flowsOpened", "flowsEvicted");
        Has(root.GetProperty("accounting"), JsonValueKind.Object, "framesNotDecoded", "packetsWithoutFlow");
        Has(
            root.GetProperty("summary"), JsonValueKind.Number,
            "flows", "allowed", "related", "unexpected", "undetermined", "permitted", "failing", "escaped", "attempted");
        Has(root.GetProperty("summary"), JsonValueKind.Object, "outOfScope");
        JsonElement finding = root.GetProperty("findings")[0];
        Has(finding, JsonValueKind.String, "id", "kind", "reason", "severity", "subject", "direction", "transport", "first", "last");
        Has(finding, JsonValueKind.Number, "servicePort", "flows", "packets", "bytes");
        Has(finding, JsonValueKind.Array, "hosts");
        Has(finding, JsonValueKind.Object, "peers", "outcomes", "evidence");
        JsonElement row = root.GetProperty("coverage")[0];
        Has(row, JsonValueKind.String, "row", "subject", "ports", "transport", "direction", "need", "purpose", "state");
        Has(row, JsonValueKind.Number, "line", "distinctPeers");
        Has(row, JsonValueKind.Object, "exclusive", "shared", "covered", "initiators");
        Has(row, JsonValueKind.Array, "peers", "ambiguousWith");
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$", finding.GetProperty("first").GetString());
    }

    [Fact]
    public void Verdicts_add_up_and_findings_are_those_of_the_run()
    {
        using JsonDocument document = Write(SampleRun.Run().Report);
        JsonElement summary = document.RootElement.GetProperty("summary");
        long sum = new[] { "allowed", "related", "unexpected", "undetermined" }.Sum(v => summary.GetProperty(v).GetInt64())
            + summary.GetProperty("outOfScope").EnumerateObject().Sum(p => p.Value.GetInt64());
        Assert.Equal(summary.GetProperty("judged").GetInt64(), sum);
        Assert.Equal(
            ["unexpected/peer/443", "unexpected/direction/162", "unexpected/port/3389", "failing//514", "undetermined/peer-name-unknown/80"],
            document.RootElement.GetProperty("findings").EnumerateArray()
                .Select(f => $"{f.GetProperty("kind").GetString()}/{f.GetProperty("reason").GetString()}/{f.GetProperty("servicePort").GetInt32()}"));
    }

    [Fact]
    public void Hostile_text_keeps_its_meaning_and_loses_its_power()
    {
        using var bytes = new MemoryStream();
        JsonReport.Write(SampleRun.Run(SampleRun.Hostile).Report, bytes);
        string raw = System.Text.Encoding.UTF8.GetString(bytes.ToArray());
        Assert.DoesNotContain(raw, c => (char.IsControl(c) && c != '\n') || c is '\u202E' or '<');
        using JsonDocument document = JsonDocument.Parse(raw);
        Assert.Equal(SampleRun.Hostile, document.RootElement.GetProperty("coverage")[0].GetProperty("purpose").GetString());
    }

    private static void Has(JsonElement element, JsonValueKind kind, params string[] names)
    {
        foreach (string name in names)
        {
            Assert.True(element.TryGetProperty(name, out JsonElement value), $"{name} is missing in {element}");
            Assert.True(value.ValueKind == kind, $"{name} is {value.ValueKind}, not {kind}");
        }
    }

    private static JsonDocument Write(CheckReport report)
    {
        using var bytes = new MemoryStream();
        JsonReport.Write(report, bytes);
        return JsonDocument.Parse(bytes.ToArray());
    }
}
