using System.Text;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Alerts;
using static TrafficCheck.Live.Tests.Findings;

namespace TrafficCheck.Live.Tests.Alerts;

public sealed class AlertTextTests
{
    private static readonly DateTimeOffset s_at = new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    [Fact]
    public void A_syslog_message_is_that_of_RFC_5424_byte_for_byte()
    {
        byte[] message = SyslogText.Of(new Alert(AlertEvent.New, "run-1", s_at, Of("unexpected/3389", frames: 17)), 16, 2048, "sensor", "4711");
        Assert.Equal(
            "<131>1 2026-03-02T08:00:00.123456Z sensor trafficcheck 4711 unexpected "
            + "[finding@32473 id=\"run-1\" event=\"new\" key=\"unexpected/3389\" kind=\"unexpected\" reason=\"port\" severity=\"high\" subject=\"gateway\" direction=\"in\" transport=\"tcp\""
            + " port=\"3389\" peer=\"203.0.113.7\" peers=\"1\" host=\"10.0.0.5\" hosts=\"1\" flows=\"3\" packets=\"18\" bytes=\"1200\" escaped=\"0\" attempted=\"0\""
            + " first=\"2026-03-02T08:00:00.000000000Z\" last=\"2026-03-02T08:00:01.000000000Z\" frame=\"17\"] "
            + "\ufeffnew high unexpected (port): 203.0.113.7 -> 10.0.0.5 3389/tcp In, subject gateway: 3 flows, 18 packets, 1 200 bytes; nothing like it in the matrix",
            Encoding.UTF8.GetString(message));
        Assert.Equal([0xEF, 0xBB, 0xBF], message.AsSpan(message.AsSpan().IndexOf("] "u8) + 2, 3).ToArray());
    }

    [Theory]
    [InlineData(FindingSeverity.High, 131)]
    [InlineData(FindingSeverity.Medium, 132)]
    [InlineData(FindingSeverity.Low, 133)]
    public void Severities_of_findings_are_those_of_syslog(FindingSeverity severity, int priority) =>
        Assert.StartsWith($"<{priority}>1 ", Encoding.UTF8.GetString(SyslogText.Of(new Alert(AlertEvent.New, "r", s_at, Of("k", severity: severity)), 16, 2048)), StringComparison.Ordinal);

    [Fact]
    public void Hostile_text_is_escaped_in_structured_data_and_acts_nowhere()
    {
        string text = Encoding.UTF8.GetString(SyslogText.Of(new Alert(AlertEvent.New, "run-1", s_at, Of("k", subject: Hostile)), 16, 8192));
        Assert.Contains(" subject=\"a\\\"b\\]c\\\\d \\\\x1B[31mred\\\\u202Egnp.exe\\\\x0D\\\\x0Anext \\\\uD800 <script> \\\\x9B2J é€\" ", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, c => char.IsControl(c) || c == '\u202e');
    }

    [Fact]
    public void A_long_message_is_cut_behind_the_structured_data_at_a_whole_character_and_says_so()
    {
        string endless = new('€', 5000);
        Finding finding = Of(endless, subject: endless) with { Application = endless, Explanation = endless, NearestRow = endless };
        byte[] message = SyslogText.Of(new Alert(AlertEvent.Update, "run-1", s_at, finding, new(1, 1, 1)), 16, SyslogText.MostUdpBytes);
        Assert.InRange(message.Length, 2040, 2048);
        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(message);
        Assert.EndsWith("€ [cut]", text, StringComparison.Ordinal);
        Assert.Contains("\"] \ufeffupdate high", text, StringComparison.Ordinal);

        // Even of text that grows by escaping, with room for nothing else.
        string worst = string.Concat(Enumerable.Repeat("\u202e\\]\"", 500));
        finding = Of(worst, subject: worst) with { Application = worst, NearestRow = worst, Peers = new(1, false, [worst]), Hosts = new(1, false, [worst]) };
        message = SyslogText.Of(new Alert(AlertEvent.Update, "run-1", s_at, finding, new(1, 1, 1)), 16, SyslogText.MostUdpBytes);
        Assert.InRange(message.Length, 1, 2048);
        Assert.Contains("\"] \ufeff", Encoding.UTF8.GetString(message), StringComparison.Ordinal);
    }

    [Fact]
    public void The_JSON_of_an_alert_is_one_line_with_every_field_and_hostile_text_escaped()
    {
        var alert = new Alert(AlertEvent.Update, "run-2", s_at, Of("k", subject: Hostile, frames: [1, 9]), new(1, 2, 3));
        string line = Encoding.UTF8.GetString(alert.Json.Span);
        Assert.DoesNotContain(line, c => char.IsControl(c) || c == '\u202e');
        using var document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement, finding = root.GetProperty("finding");
        Assert.Equal("trafficcheck-alert/1", root.GetProperty("schema").GetString());
        Assert.Equal(("run-2", "update", "2026-03-02T08:00:00.123456700Z"), (root.GetProperty("id").GetString(), root.GetProperty("event").GetString(), root.GetProperty("at").GetString()));
        Assert.Equal(("k", 3, 3389), (finding.GetProperty("key").GetString(), finding.GetProperty("flows").GetInt64(), finding.GetProperty("servicePort").GetInt32()));
        Assert.Equal(Hostile.Replace('\ud800', '\ufffd'), finding.GetProperty("subject").GetString());
        Assert.Equal(1, root.GetProperty("before").GetProperty("flows").GetInt64());
        Assert.Equal([1L, 9L], finding.GetProperty("frames").EnumerateArray().Select(f => f.GetInt64()));
        Assert.False(finding.TryGetProperty("id", out _));
    }

    [Fact]
    public void The_JSON_of_a_summary_has_its_counts()
    {
        var alert = new Alert(AlertEvent.Summary, "run-3", s_at, null, Further: new(7, [1, 2, 4], [new("port-scan", 7)], 3, 9));
        using var document = JsonDocument.Parse(alert.Json);
        JsonElement further = document.RootElement.GetProperty("further");
        Assert.Equal((7, 1, 7, 3, 9), (further.GetProperty("new").GetInt32(), further.GetProperty("bySeverity").GetProperty("high").GetInt32(),
            further.GetProperty("byKind").GetProperty("port-scan").GetInt32(), further.GetProperty("updates").GetInt32(), further.GetProperty("notRemembered").GetInt32()));
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("finding").ValueKind);
        Assert.StartsWith("<131>1 ", Encoding.UTF8.GetString(SyslogText.Of(alert, 16, 2048)), StringComparison.Ordinal);
    }
}
