using System.CommandLine;

namespace TrafficCheck.Cli.Commands;

/// <summary><c>trafficcheck check</c>: judges capture files against a matrix.</summary>
internal static class CheckCommand
{
    private const string Description = """
        Judges capture files against the allowed matrix and writes a report.

        Examples:
          trafficcheck check capture.pcap --matrix ports.md --protect 10.0.0.5
          trafficcheck check monday.pcapng.gz tuesday/ -m ports.md -p gateway=10.0.0.5,2001:db8::5 -p exchange-server=10.0.0.9
          ssh probe tcpdump -w - | trafficcheck check - -m ports.md -p 10.0.0.5 --format json
          trafficcheck check capture.pcap -m ports.md -p 10.0.0.5 --flows flows.csv --fail-on unexpected,failing
          trafficcheck check capture.pcap -m ports.md -p 10.0.0.5 --filter "host 10.0.0.5 and not port 22"
          trafficcheck check tuesday.pcap -m ports.md -p 10.0.0.5 --ledger servers.txt

        Exit codes: 0 nothing to report (by --fail-on), 1 findings, 2 wrong usage or matrix, 3 an input could not be read whole or held no
        packets (what was read is still reported), or a report or list could not be written, 4 visibility below --min-visibility or nothing of the protected hosts seen.
        """;

    public static Command Create(TextWriter output, TextWriter errors)
    {
        var options = new CheckOptions();
        var command = new Command("check", Description) { options.Inputs };
        foreach (Option option in options.All) command.Options.Add(option);
        command.SetAction(parsed => new CheckRun(options, parsed, output, errors).Run());
        return command;
    }
}
