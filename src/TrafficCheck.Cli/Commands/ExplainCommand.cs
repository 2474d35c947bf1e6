using System.CommandLine;

namespace TrafficCheck.Cli.Commands;

/// <summary><c>trafficcheck explain</c>: one frame or one flow, from bytes to the verdict.</summary>
internal static class ExplainCommand
{
    private const string Description = """
        Explains one frame or one flow.

        --frame: where it comes from, each header with byte offsets and fields, how decoding ended, what became of a fragment, the flow it belongs
        to and, with a matrix, the verdict on it; and what another library (PacketDotNet) reads in it. Of an
        802.11 aggregate each part is shown like a frame.

        --flow: for each life of the flow the evidence of who initiated it, rung by rung, with frames, contradictions and flips; packets and bytes
        each way, gaps and copies; what is spoken and since which frame; names with their proof; and for each protected end the verdict, the rows
        considered with what each says, what this capture lacks, and what would change the verdict.

        Examples:
          trafficcheck explain capture.pcap --frame 10231
          trafficcheck explain capture.pcap --frame 928 --matrix ports.md --protect 10.0.0.5
          trafficcheck explain capture.pcap --flow 10.0.0.5:51820-203.0.113.9:443/tcp --matrix ports.md --protect 10.0.0.5
          trafficcheck explain capture.pcap --flow [2001:db8::5]:51820-[2001:db8::9]:443/tcp -m ports.md -p 2001:db8::5 --format json
          trafficcheck explain capture.pcap --flow 10.0.0.5-203.0.113.9/icmp:8
          trafficcheck explain monday.pcapng.gz tuesday/ --frame 88412 --format json
          ssh probe cat span.pcap | trafficcheck explain - --frame 7

        Give the inputs and options that were given to check: frame numbers count over all inputs merged by time, and what is one flow and
        how it is judged depends on them.

        Exit codes: 0 explained, 2 wrong usage, no such frame or no such flow (those that come near are listed), 3 explained, but an input could not be
        read whole, so that the flow may lack packets.
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
