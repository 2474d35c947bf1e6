using System.Text;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Tests;

public sealed class FlowExportTests
{
    private const string Header =
        "first,last,transport,initiator,initiator_port,responder,responder_port,initiator_packets,initiator_bytes,responder_packets,responder_bytes,"
        + "subject,direction,evidence,confidence,outcome,application,peer_name,verdict,reason,rows,vlan,tunnel";

    [Fact]
    public void Csv_has_the_promised_columns_and_one_line_a_flow()
    {
        string[] lines = Export(FlowFormat.Csv, SampleRun.Run().Rows).Split('\n');
        Assert.Equal(Header, lines[0]);
        Assert.Equal(8, lines.Length - 2);
        Assert.Equal("", lines[^1]);
        Assert.Equal(
            "2026-03-02T08:01:00.000000000Z,2026-03-02T08:01:00.007000000Z,tcp,203.0.113.7,40001,10.0.0.5,25,5,212,3,141,gateway,in,syn,proven,established,smtp,,allowed,,R1,,",
            lines[1]);
    }

    [Fact]
    public void Ndjson_has_the_same_fields_and_values_and_the_proofs()
    {
        List<FlowRow> rows = SampleRun.Run().Rows;
        string[] csv = Export(FlowFormat.Csv, rows).Split('\n')[1..^1];
        string[] json = Export(FlowFormat.Ndjson, rows).Split('\n')[..^1];
        Assert.Equal(csv.Length, json.Length);
        foreach (var (line, text) in csv.Zip(json))
        {
            using JsonDocument document = JsonDocument.Parse(text);
            string[] columns = Header.Split(',');
            Assert.Equal([.. columns, .. FlowExport.ProofFields], document.RootElement.EnumerateObject().Select(p => p.Name));
            Assert.Equal(line, string.Join(',', document.RootElement.EnumerateObject().Take(columns.Length).Select(p => p.Value.ValueKind == JsonValueKind.Null ? "" : p.Value.ToString())));
        }
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("＝1")]
    public void No_cell_begins_a_formula(string subject)
    {
        string csv = Export(FlowFormat.Csv, SampleRun.Run(subject: subject).Rows);
        string cell = csv.Split('\n')[1].Split(',')[11].Trim('"');
        Assert.StartsWith("'", cell, StringComparison.Ordinal);
        Assert.DoesNotContain('\t', csv);
    }

    [Theory]
    [InlineData("flows.csv", FlowFormat.Csv)]
    [InlineData("FLOWS.NDJSON", FlowFormat.Ndjson)]
    public void The_extension_chooses_the_format(string path, FlowFormat format) => Assert.Equal(format, FlowExport.FormatOf(path));

    [Theory]
    [InlineData("flows")]
    [InlineData("flows.xls")]
    public void An_unknown_extension_is_refused_before_anything_is_written(string path)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => FlowExport.Open(path));
        Assert.Contains(".csv or .ndjson", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    private static string Export(FlowFormat format, IEnumerable<FlowRow> rows)
    {
        using var bytes = new MemoryStream();
        using (IFlowExport export = FlowExport.To(format, bytes))
        {
            foreach (FlowRow row in rows) export.Add(in row);
            export.Complete();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
