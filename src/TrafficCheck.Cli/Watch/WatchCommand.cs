using System.CommandLine;

namespace TrafficCheck.Cli.Watch;

/// <summary><c>trafficcheck watch</c>: judges live traffic until it is stopped.</summary>
internal static class WatchCommand
{
    private const string Description = """
        Captures from one or more interfaces, such as a SPAN port, judges the traffic against the allowed matrix until stopped, and writes the same report as check.

        Examples:
          trafficcheck watch -i eth1 --matrix ports.md --protect 10.0.0.5
          trafficcheck watch -i tap0 -i tap1 -m ports.md -p 10.0.0.5 --for 1h --format json
          trafficcheck watch -i eth1 -m ports.md -p 10.0.0.5 --rotate 1h --output report.json --state /var/lib/trafficcheck

        Ctrl+C (SIGINT) and SIGTERM end the run with its report. SIGHUP reads the matrix again; what is wrong with it is said, and the one before stays in force.
        Capturing needs rights: sudo setcap cap_net_raw=eip on the program, or root.

        Exit codes: 0 nothing to report (by --fail-on), 1 findings, 2 wrong usage, matrix or interface, 3 no frame was captured or a report could not be
        written, 4 visibility below --min-visibility or nothing of the protected hosts seen.
        """;

    public static Command Create(TextWriter output, TextWriter errors)
    {
        var options = new WatchOptions();
        var command = new Command("watch", Description);
        foreach (Option option in options.All) command.Options.Add(option);
        command.SetAction(parsed => new WatchRun(options, parsed, output, errors).Run());
        return command;
    }
}
