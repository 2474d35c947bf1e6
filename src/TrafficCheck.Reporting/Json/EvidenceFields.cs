using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Json;

internal static class EvidenceFields
{
    public static void WriteEvidence(this Utf8JsonWriter json, EvidenceReport evidence)
    {
        json.WriteStartObject("evidence");
        json.WriteNumber("flows", evidence.Flows);
        json.WriteCounts("methods", evidence.Methods);
        json.WriteCounts("confidences", evidence.Confidences);
        json.WriteCounts("flips", evidence.Flips);
        json.WriteCounts("contradictions", evidence.Conflicts);
        json.WriteNumber("servers", evidence.Servers);
        json.WriteNumber("serversAlsoClients", evidence.ServersAlsoClients);
        json.WriteNumber("serversByDegree", evidence.ServersByDegree);
        if (evidence.Ledger is not { } ledger)
        {
            json.WriteNull("ledger");
        }
        else
        {
            json.WriteStartObject("ledger");
            json.WriteString("path", ledger.Path);
            json.WriteNumber("read", ledger.Read);
            json.WriteNumber("confirmed", ledger.Confirmed);
            json.WriteNumber("added", ledger.Added);
            json.WriteNumber("dropped", ledger.Dropped);
            json.WriteCount("written", ledger.Written);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
