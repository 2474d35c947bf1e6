using System.CommandLine;

namespace TrafficCheck.Cli.Commands;

/// <summary><c>trafficcheck explain</c>: one frame, from its bytes to the verdict on its flow.</summary>
internal static class ExplainCommand
{
    private const string Description = """
        Explains one frame: where it comes from, each header with byte offsets and fields, how decoding ended, what became of a fragment, the flow
        it belongs to and, with a matrix, the verdict on it; and what another library (PacketDotNet) reads in it. Of an 802.11 aggregate each part is
        shown like a frame.

        Examples:
          trafficcheck explain capture.pcap --frame 10231
          trafficcheck explain capture.pcap --frame 928 --matrix ports.md --protect 10.0.0.5
          trafficcheck explain monday.pcapng.gz tuesday/ --frame 88412 --format json
          ssh probe cat span.pcap | trafficcheck explain - --frame 7

        Give the inputs and options that were given to check: frame numbers count over all inputs merged by time, and what is one flow and
        how it is judged depends on them.

        Exit codes: 0 explained, 2 wrong usage or no such frame, 3 explained, but an input could not be read whole, so that the flow may lack packets.
        """;

    public static Command Create(TextWriter output, TextWriter errors)
    {
        var options = new ExplainOptions();
        var command = new Command("explain", Description) { options.Inputs };
        foreach (Option option in options.All) command.Options.Add(option);
        command.SetAction(parsed => new ExplainRun(options, parsed, output, errors).Run());
        return command;
    }
}
