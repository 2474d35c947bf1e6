using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Reporting.Json;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Explain;

/// <summary>
/// The explanation of a flow for machines, <c>trafficcheck-explain-flow/1</c>: stable camelCase names, times in RFC 3339 with nanoseconds, numbers
/// of frames in the merged input. What there is none of is null.
/// </summary>
public static class FlowExplanationJson
{
    public const string Schema = "trafficcheck-explain-flow/1";

    public static void Write(FlowExplanation explanation, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        ArgumentNullException.ThrowIfNull(output);
        SafeJson.WriteDocument(output, json =>
        {
            json.WriteStartObject();
            json.WriteOrigin(Schema);
            json.WriteString("flow", explanation.Asked.ToString());
            json.WriteNumber("frames", explanation.Frames);
            json.WriteStrings("inputs", explanation.Inputs.Select(i => i.Path));
            json.WriteNumber("lifeCount", explanation.LifeCount);
            json.WriteNumber("moreLives", explanation.LifeCount - explanation.Lives.Count);
            json.WriteCounts("verdicts", explanation.VerdictCounts);
            json.WriteObjects("lives", explanation.Lives, life => Life(json, life));
            json.WriteEndObject();
        });
    }

    private static void Life(Utf8JsonWriter json, FlowLife life)
    {
        ExplainedFlow flow = life.Flow;
        json.WriteNumber("number", life.Number);
        json.WriteString("transport", TransportNames.Of(flow.Transport));
        json.WriteCount("icmpType", flow.Icmp?.Type);
        json.WriteCount("icmpCode", flow.Icmp?.Code);
        json.WriteNumber("firstFrame", flow.FirstFrame);
        json.WriteNumber("lastFrame", life.LastFrame);
        json.WriteTime("first", flow.FirstNs);
        json.WriteTime("last", flow.LastNs);
        json.WriteString("segment", life.Segment);
        json.WriteString("tunnel", life.Tunnel);
        json.WriteString("outcome", flow.Outcome.Word());
        json.WriteStrings("notes", flow.Notes);
        Side(json, "initiator", life.Initiator, flow.Initiator.ToString(), flow.InitiatorPort);
        Side(json, "responder", life.Responder, flow.Responder.ToString(), flow.ResponderPort);
        Evidence(json, life);
        json.WriteNumber("missingBytes", life.MissingBytes);
        Occurrences(json, "copies", life.Copies, life.FirstCopy, null);
        Occurrences(json, "icmpErrors", life.IcmpErrors, life.FirstIcmpError, life.IcmpErrorText);
        json.WriteCount("firstCut", life.FirstCut);
        json.WriteCount("firstFragment", life.FirstFragment);
        json.WriteString("spoken", life.Spoken);
        json.WriteObjects("speech", life.Speech, step =>
        {
            json.WriteNumber("frame", step.Frame);
            json.WriteString("from", step.From);
            json.WriteString("application", step.Application);
            json.WriteBoolean("sure", step.IsSure);
            json.WriteString("client", step.Client);
            json.WriteStrings("says", step.Says);
        });
        json.WriteNames(flow);
        json.WriteObjects("verdicts", life.Verdicts, verdict => Verdict(json, verdict));
    }

    /// <summary>The names of the ends of a flow, each with its proof.</summary>
    internal static void WriteNames(this Utf8JsonWriter json, ExplainedFlow flow) => json.WriteObjects("names", flow.Names, end =>
    {
        json.WriteString("address", end.Address);
        json.WriteBoolean("addressShared", end.IsShared);
        json.WriteNumber("moreNames", end.More);
        json.WriteObjects("names", end.Names, name =>
        {
            json.WriteString("name", name.Name);
            json.WriteString("proof", name.Proof);
            json.WriteNumber("frame", name.Frame);
            json.WriteBoolean("shared", name.IsShared);
            json.WriteChain("chain", name.Chain);
            json.WriteString("toldTo", name.ToldTo);
            json.WriteBoolean("afterFlowBegan", name.IsLater);
            json.WriteBoolean("pastTtl", name.IsPastTtl);
        });
    });

    private static void Side(Utf8JsonWriter json, string name, SideFacts side, string address, ushort? port)
    {
        json.WriteStartObject(name);
        json.WriteString("address", address);
        json.WriteCount("port", port);
        json.WriteNumber("packets", side.Packets);
        json.WriteNumber("bytes", side.Bytes);
        json.WriteStartObject("firstFrames");
        json.WriteCount("packet", side.First);
        json.WriteCount("syn", side.Syn);
        json.WriteCount("synAck", side.SynAck);
        json.WriteCount("request", side.Request);
        json.WriteCount("reply", side.Reply);
        json.WriteCount("ack", side.Ack);
        json.WriteCount("data", side.Data);
        json.WriteCount("fin", side.Fin);
        json.WriteCount("rst", side.Rst);
        json.WriteCount("gap", side.Gap);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Evidence(Utf8JsonWriter json, FlowLife life)
    {
        json.WriteStartObject("evidence");
        json.WriteString("method", life.Flow.Evidence.Word());
        json.WriteString("confidence", life.Flow.Confidence.Word());
        json.WriteObjects("ladder", life.Ladder, rung =>
        {
            json.WriteString("method", rung.Method.Word());
            json.WriteString("state", EvidenceWords.Of(rung.State).Replace(' ', '-'));
            json.WriteString("initiator", rung.Initiator);
            json.WriteCount("frame", rung.Frame);
            json.WriteString("detail", rung.Detail);
            json.WriteBoolean("decides", rung.Decides);
            json.WriteBoolean("contradicts", rung.Contradicts);
        });
        json.WriteObjects("flips", life.Flips, flip =>
        {
            json.WriteNumber("frame", flip.Frame);
            json.WriteString("before", flip.Before.Word());
            json.WriteString("initiatorBefore", flip.InitiatorBefore);
            json.WriteString("after", flip.After.Word());
            json.WriteString("initiatorAfter", flip.InitiatorAfter);
        });
        json.WriteEndObject();
    }

    private static void Occurrences(Utf8JsonWriter json, string name, long count, long? first, string? text)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", count);
        json.WriteCount("firstFrame", first);
        if (text is not null) json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static void Verdict(Utf8JsonWriter json, VerdictCase verdict)
    {
        ExplainedVerdict said = verdict.Verdict;
        json.WriteString("subject", said.Subject);
        json.WriteString("host", verdict.Host);
        json.WriteString("peer", verdict.Peer);
        json.WriteString("direction", said.Direction.Word());
        json.WriteString("verdict", said.Verdict.Word());
        json.WriteString("reason", said.Reason.Word());
        json.WriteString("linkScope", said.LinkScope);
        json.WriteString("square", verdict.Square.Word());
        json.WriteStrings("rows", said.Rows.Select(r => r.Id));
        json.WriteStrings("coveredRows", said.CoveredRows.Select(r => r.Id));
        json.WriteStrings("possibleRows", said.PossibleRows.Select(r => r.Id));
        json.WriteObjects("readings", verdict.Readings, reading => Reading(json, reading));
        json.WriteMissing(verdict.Missing);
        json.WriteString("settle", verdict.Settle);
        json.WriteStrings("wouldChange", verdict.WouldChange);
    }

    private static void Reading(Utf8JsonWriter json, RowReading reading)
    {
        json.WriteString("direction", reading.Direction.Word());
        json.WriteString("initiator", reading.Initiator);
        json.WriteCount("servicePort", reading.ServicePort);
        json.WriteString("verdict", reading.Verdict.Word());
        json.WriteString("reason", reading.Reason.Word());
        json.WriteObjects("rows", reading.Rows, row =>
        {
            json.WriteString("row", row.Row.Id);
            json.WriteString("file", row.Row.Source.File);
            json.WriteNumber("line", row.Row.Source.Line);
            json.WriteString("role", EvidenceWords.Of(row.Role));
            json.WriteString("port", EvidenceWords.Of(row.Port));
            json.WriteString("transport", EvidenceWords.Of(row.Transport));
            json.WriteString("direction", EvidenceWords.Of(row.Direction));
            json.WriteString("peer", EvidenceWords.Of(row.Peer));
            json.WriteString("application", EvidenceWords.Of(row.Application));
            json.WriteString("controlConnection", row.Control is { } control ? EvidenceWords.Of(control) : null);
            json.WriteString("condition", row.Row.Need == RowNeed.Conditional ? row.Row.Condition : null);
            json.WriteString("why", VerdictText.Why(row));
        });
        json.WriteCounts("moreRows", reading.More.Select(m => KeyValuePair.Create(m.Key, (long)m.Value)));
        json.WriteNumber("notEnforced", reading.NotEnforced);
    }
}
