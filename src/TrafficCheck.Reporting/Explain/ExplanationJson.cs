using System.Net;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting.Json;

namespace TrafficCheck.Reporting.Explain;

/// <summary>
/// The explanation of a frame for machines, <c>trafficcheck-explain/1</c>: stable camelCase names, times in RFC 3339 with nanoseconds, offsets from
/// the start of the frame. What there is none of is null.
/// </summary>
public static class ExplanationJson
{
    public const string Schema = "trafficcheck-explain/1";

    public static void Write(FrameExplanation explanation, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        ArgumentNullException.ThrowIfNull(output);
        SafeJson.WriteDocument(output, json => Document(json, explanation));
    }

    private static void Document(Utf8JsonWriter json, FrameExplanation explanation)
    {
        json.WriteStartObject();
        json.WriteOrigin(Schema);
        Frame(json, explanation);
        Part(json, explanation, explanation.Parts[0]);
        json.WriteObjects("furtherParts", explanation.Parts.Skip(1), part =>
        {
            Part(json, explanation, part);
            Other(json, part.Other);
        });
        Other(json, explanation.Other);
        json.WriteEndObject();
    }

    /// <summary>Of an aggregate the first part stands where the packet of other frames does.</summary>
    private static void Part(Utf8JsonWriter json, FrameExplanation explanation, PartExplanation part)
    {
        Layers(json, part.Walk);
        Decoding(json, explanation, part.Walk);
        Fragment(json, part.Fragment);
        json.WriteString("withoutFlow", part.WithoutFlow);
        Flow(json, part.Flow);
    }

    private static void Frame(Utf8JsonWriter json, FrameExplanation explanation)
    {
        FrameDescriptor frame = explanation.Frame.Descriptor;
        json.WriteStartObject("frame");
        json.WriteNumber("number", explanation.Frame.Number);
        json.WriteNumber("of", explanation.Frames);
        json.WriteString("input", explanation.Input.Path);
        json.WriteString("format", explanation.Input.Format);
        json.WriteNumber("interface", explanation.Interface?.Id ?? 0);
        json.WriteString("interfaceName", explanation.Interface?.Name);
        json.WriteString("linkType", LinkTypeNames.Of(frame.LinkType));
        json.WriteTime("time", frame.TimestampNs);
        json.WriteNumber("wireLength", frame.WireLength);
        json.WriteNumber("capturedLength", frame.CapturedLength);
        json.WriteEndObject();
    }

    private static void Layers(Utf8JsonWriter json, FrameWalk walk)
    {
        json.WriteStartArray("layers");
        for (int i = 0; i < walk.Layers.Count; i++)
        {
            WalkedLayer layer = walk.Layers[i];
            json.WriteStartObject();
            json.WriteString("name", layer.Name);
            json.WriteNumber("offset", layer.Offset);
            json.WriteNumber("length", layer.Length);
            json.WriteBoolean("counts", i == walk.IpLayer && DecodeStatusNames.IsDecoded(walk.Status));
            json.WriteObjects("fields", layer.Fields, field =>
            {
                json.WriteString("name", field.Name);
                json.WriteNumber("offset", field.Offset);
                json.WriteString("value", field.Value);
            });
            json.WriteNumber("moreFields", layer.MoreFields);
            json.WriteStrings("notes", layer.Notes);
            json.WriteEndObject();
            json.FlushWhenFull();
        }

        json.WriteEndArray();
    }

    private static void Decoding(Utf8JsonWriter json, FrameExplanation explanation, FrameWalk walk)
    {
        PacketSummary packet = walk.Packet;
        bool decoded = DecodeStatusNames.IsDecoded(walk.Status);
        json.WriteStartObject("decoding");
        json.WriteString("status", DecodeStatusNames.Of(walk.Status));
        json.WriteString("meaning", DecodeWords.Of(walk.Status));
        json.WriteStrings("oddities", ExplanationText.Oddities(explanation, walk).Select(o => o.Value));
        json.WriteCount("vlan", packet.Vlan == 0 ? null : packet.Vlan);
        json.WriteString("tunnel", packet.Tunnel.ToString());
        json.WriteCount("ipBytes", decoded ? packet.IpLength : null);
        json.WriteCount("payloadOffset", decoded && walk.PayloadOffset >= 0 ? walk.PayloadOffset : null);
        json.WriteCount("payloadLength", decoded && walk.PayloadOffset >= 0 ? packet.PayloadLength : null);
        json.WriteBoolean("layersAgree", explanation.WalkAgrees);
        json.WriteEndObject();
    }

    private static void Fragment(Utf8JsonWriter json, FragmentStory? fragment)
    {
        if (fragment is null)
        {
            json.WriteNull("fragment");
            return;
        }

        json.WriteStartObject("fragment");
        json.WriteString("decision", fragment.Decision);
        json.WriteCount("firstFragment", fragment.FirstFragment);
        json.WriteStartArray("laterFragments");
        foreach (long frame in fragment.LaterFragments) json.WriteNumberValue(frame);
        json.WriteEndArray();
        json.WriteNumber("moreFragments", fragment.MoreFragments);
        json.WriteEndObject();
    }

    private static void Flow(Utf8JsonWriter json, ExplainedFlow? flow)
    {
        if (flow is null)
        {
            json.WriteNull("flow");
            return;
        }

        json.WriteStartObject("flow");
        json.WriteString("transport", TransportNames.Of(flow.Transport));
        End(json, "initiator", flow.Initiator, flow.InitiatorPort, flow.InitiatorPackets, flow.InitiatorBytes);
        End(json, "responder", flow.Responder, flow.ResponderPort, flow.ResponderPackets, flow.ResponderBytes);
        json.WriteCount("icmpType", flow.Icmp?.Type);
        json.WriteCount("icmpCode", flow.Icmp?.Code);
        json.WriteString("evidence", flow.Evidence.Word());
        json.WriteString("confidence", flow.Confidence.Word());
        json.WriteString("outcome", flow.Outcome.Word());
        json.WriteTime("first", flow.FirstNs);
        json.WriteTime("last", flow.LastNs);
        json.WriteNumber("firstFrame", flow.FirstFrame);
        json.WriteStrings("notes", flow.Notes);
        json.WriteNames(flow);
        json.WriteObjects("verdicts", flow.Verdicts, verdict =>
        {
            json.WriteString("subject", verdict.Subject);
            json.WriteString("direction", verdict.Direction.Word());
            json.WriteString("verdict", verdict.Verdict.Word());
            json.WriteString("reason", verdict.Reason.Word());
            json.WriteString("linkScope", verdict.LinkScope);
            Rows(json, "rows", verdict.Rows);
            Rows(json, "coveredRows", verdict.CoveredRows);
            Rows(json, "possibleRows", verdict.PossibleRows);
        });
        json.WriteEndObject();
    }

    private static void End(Utf8JsonWriter json, string name, IPAddress address, ushort? port, long packets, long bytes)
    {
        json.WriteStartObject(name);
        json.WriteString("address", address.ToString());
        json.WriteCount("port", port);
        json.WriteNumber("packets", packets);
        json.WriteNumber("bytes", bytes);
        json.WriteEndObject();
    }

    private static void Rows(Utf8JsonWriter json, string name, IReadOnlyList<ExplainedRow> rows)
    {
        json.WriteObjects(name, rows, row =>
        {
            json.WriteString("row", row.Id);
            json.WriteString("file", row.File);
            json.WriteNumber("line", row.Line);
        });
    }

    private static void Other(Utf8JsonWriter json, OtherReading? other)
    {
        if (other is null)
        {
            json.WriteNull("otherReading");
            return;
        }

        json.WriteStartObject("otherReading");
        json.WriteString("library", other.Library);
        json.WriteObjects("layers", other.Layers, layer =>
        {
            json.WriteString("name", layer.Name);
            json.WriteCount("offset", layer.Offset < 0 ? null : layer.Offset);
            json.WriteNumber("length", layer.Length);
        });
        json.WriteString("gaveUp", other.GaveUp);
        json.WriteStrings("differences", other.Differences);
        json.WriteEndObject();
    }
}
