using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Recognition.Names;

namespace TrafficCheck.Reporting.Json;

internal static class FindingFields
{
    public static void WriteFindings(this Utf8JsonWriter json, CheckReport report)
    {
        json.WriteObjects("findings", report.Findings, json.WriteFinding);
    }

    /// <summary>The fields of one finding, inside an object that is begun.</summary>
    public static void WriteFinding(this Utf8JsonWriter json, Finding finding)
    {
        json.WriteString("id", finding.Id);
        json.WriteString("key", finding.Key);
        if (finding.EarlierMatrix) json.WriteBoolean("earlierMatrix", true);
        json.WriteCause(finding);
        json.WriteStrings("carriers", finding.Carriers?.Seen ?? []);
        json.WriteBoolean("moreCarriers", finding.Carriers is { More: true });
        json.WriteBoolean("someWithoutCarrier", finding.Carriers is not { All: true });
        json.WriteObjects("peerNames", finding.PeerNames, name =>
        {
            json.WriteString("address", name.Address);
            json.WriteString("name", name.Name);
            json.WriteString("proof", name.Proof);
            json.WriteNumber("frame", name.Frame);
            json.WriteBoolean("shared", name.IsShared);
            json.WriteChain("chain", name.Chain);
            json.WriteString("toldTo", name.ToldTo);
        });
        json.WriteStrings("hosts", finding.Hosts.Sample);
        json.WriteNumber("hostCount", finding.Hosts.Count);
        json.WriteBoolean("hostCountAtLeast", finding.Hosts.AtLeast);
        json.WriteShare("hostCountError", finding.Hosts.Error);
        json.WriteTotals(finding);
        json.WriteNumber("unexpected", finding.Unexpected);
        json.WriteNumber("answered", finding.AnsweredFlows);
        json.WriteObjects("answeredBy", finding.Answered, open =>
        {
            json.WriteString("address", open.Address);
            json.WriteNumber("port", open.Port);
            json.WriteBoolean("allowed", open.IsAllowed);
            json.WriteNumber("frame", open.Frame);
        });
        json.WriteBoolean("answeredByMore", finding.MoreAnswered);
        json.WriteNumber("peakPeersPerMinute", finding.PeakPeers);
        json.WriteString("network", finding.Network);
        json.WriteString("nearestRow", finding.NearestRow);
        json.WriteCount("nearestRowLine", finding.NearestRowLine);
        json.WriteString("explanation", finding.Explanation);
        json.WriteMissing(finding.Missing);
        json.WriteString("suggestion", finding.Suggestion);
        json.WriteStartObject("evidence");
        json.WriteFrames(finding);
        json.WriteNull("file");
        json.WriteEndObject();
    }

    /// <summary>What the finding is about, and with whom.</summary>
    public static void WriteCause(this Utf8JsonWriter json, Finding finding)
    {
        json.WriteString("kind", finding.Kind.Word());
        json.WriteWord("reason", finding.Reason.Word());
        json.WriteString("severity", finding.Severity.Word());
        json.WriteString("subject", finding.Subject);
        json.WriteWord("direction", finding.Direction.Word());
        json.WriteString("transport", finding.Transport);
        json.WriteCount("servicePort", finding.ServicePort);
        json.WriteNumber("ports", finding.Ports);
        json.WriteString("application", finding.Application);
        json.WriteHosts("peers", finding.Peers);
    }

    /// <summary>How much of it there was, when, and how it went.</summary>
    public static void WriteTotals(this Utf8JsonWriter json, Finding finding)
    {
        json.WriteNumber("flows", finding.Flows);
        json.WriteNumber("packets", finding.Packets);
        json.WriteNumber("bytes", finding.Bytes);
        json.WriteTime("first", finding.FirstNs);
        json.WriteTime("last", finding.LastNs);
        json.WriteCounts("outcomes", finding.Outcomes.Select(o => KeyValuePair.Create(o.Key.Word(), o.Value)));
        json.WriteNumber("escaped", finding.Escaped);
        json.WriteNumber("attempted", finding.Attempted);
        json.WriteNumber("permitted", finding.Permitted);
        json.WriteNumber("failing", finding.Failing);
    }

    /// <summary>Where it begins in the capture.</summary>
    public static void WriteFrames(this Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartArray("frames");
        foreach (long frame in finding.Frames) json.WriteNumberValue(frame);
        json.WriteEndArray();
    }

    /// <summary>The names from the one that is shown to the one that has the address, each with the frame that leads on.</summary>
    public static void WriteChain(this Utf8JsonWriter json, string name, IReadOnlyList<ChainStep> chain) => json.WriteObjects(name, chain, step =>
    {
        json.WriteString("name", step.Name);
        json.WriteNumber("frame", step.Frame);
    });

    public static void WriteMissing(this Utf8JsonWriter json, IReadOnlyList<MissingEvidence> all) => json.WriteObjects("missing", all, missing =>
    {
        json.WriteString("what", missing.What);
        json.WriteCount("flows", missing.Flows);
        json.WriteString("text", missing.Text);
    });

    /// <summary>A word, or null for the value that has none.</summary>
    private static void WriteWord(this Utf8JsonWriter json, string name, string word)
    {
        if (word.Length > 0) json.WriteString(name, word);
        else json.WriteNull(name);
    }
}
