using System.CommandLine;

namespace TrafficCheck.Cli.Commands;

/// <summary>The arguments and options of <c>check</c>, with the words of their help.</summary>
internal sealed class CheckOptions
{
    public Argument<string[]> Inputs { get; } = new("INPUT")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "Capture files (pcap, pcapng, snoop; plain, .gz or .zst), folders, or - for standard input. Several are merged by time; frames up to 100 ms out of order are put in order.",
    };

    public JudgingOptions Judging { get; } = new();

    public OutputOptions Reports { get; } = new();

    public Option<string?> Flows { get; } = new("--flows") { HelpName = "FILE", Description = "Write every flow to FILE, .csv or .ndjson." };

    public Option<string?> Filter { get; } = FilterOption.Create();

    public Option<string?> Evidence { get; } = new("--evidence")
    {
        HelpName = "FILE",
        Description = "Write the first frames of each finding to FILE, a pcapng with a comment on each packet. The inputs are read a second time.",
    };

    public IEnumerable<Option> All => [.. Judging.All, Filter, Flows, Evidence, .. Reports.All];
}
