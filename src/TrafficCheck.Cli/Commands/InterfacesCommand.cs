using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TrafficCheck.Capture.Live;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli.Commands;

/// <summary><c>trafficcheck interfaces</c>: lists what can be captured on.</summary>
internal static class InterfacesCommand
{
    private const string Description = """
        Lists the interfaces that can be captured on: name, state, addresses, link type, speed and description.

        Examples:
          trafficcheck interfaces
          trafficcheck interfaces --format json

        Listing needs libpcap and no rights; capturing needs CAP_NET_RAW on Linux.
        Exit codes: 0 listed, 2 libpcap is missing or fails.
        """;

    public static Command Create(TextWriter output)
    {
        Option<string> format = CommandInputs.Choice("--format", ["text", "json"], "text", "How the list is written.", "-f");
        var command = new Command("interfaces", Description) { format };
        command.SetAction(parsed => Run(parsed.GetValue(format) == "json", output));
        return command;
    }

    private static int Run(bool json, TextWriter output)
    {
        try
        {
            IReadOnlyList<LiveInterface> found = LiveInterfaces.List();
            output.Write(json ? Json(found) : Table(found));
            return ExitCode.Nothing;
        }
        catch (LiveCaptureException e)
        {
            throw new UsageException(e.Message);
        }
    }

    internal static string Table(IReadOnlyList<LiveInterface> found)
    {
        List<string[]> rows = [["NAME", "STATE", "ADDRESSES", "LINK TYPE", "SPEED", "DESCRIPTION"]];
        foreach (LiveInterface item in found)
        {
            string link = item.LinkType is { } type ? LinkTypeNames.Of(type) : "-";
            string addresses = item.Addresses.Count == 0 ? "-" : string.Join(' ', item.Addresses);
            string[] cells = [item.Name, State(item), addresses, link, Speed(item.SpeedMbits), item.Description ?? ""];
            rows.Add([.. cells.Select(cell => TerminalText.Clean(cell))]);
        }

        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows) text.Append(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()).Append('\n');
        return text.ToString();
    }

    internal static string Json(IReadOnlyList<LiveInterface> found)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("schema", "trafficcheck-interfaces/1");
            json.WriteStartArray("interfaces");
            foreach (LiveInterface item in found)
            {
                json.WriteStartObject();
                json.WriteString("name", item.Name);
                json.WriteString("state", State(item));
                json.WriteStartArray("addresses");
                foreach (var address in item.Addresses) json.WriteStringValue(address.ToString());
                json.WriteEndArray();
                json.WriteString("linkType", item.LinkType is { } type ? LinkTypeNames.Of(type) : null);
                if (item.SpeedMbits is { } speed) json.WriteNumber("speedMbits", speed);
                else json.WriteNull("speedMbits");
                json.WriteBoolean("loopback", item.IsLoopback);
                json.WriteString("description", item.Description);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    /// <summary><c>no-carrier</c>: switched on, and nothing at the other end of the cable.</summary>
    private static string State(LiveInterface item) => !item.IsUp ? "down" : item.HasCarrier == false ? "no-carrier" : "up";

    private static string Speed(long? mbits) => mbits switch
    {
        null => "-",
        >= 1000 when mbits % 1000 == 0 => string.Create(CultureInfo.InvariantCulture, $"{mbits / 1000} Gbit/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{mbits} Mbit/s"),
    };
}
