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

    public Option<string[]> Matrix { get; } = new("--matrix", "-m")
    {
        HelpName = "FILE",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        Description = "The allowed matrix: the vendor's table, as Markdown, CSV, TSV, YAML or JSON. Repeatable: several files make one matrix.",
    };

    public Option<string[]> Protect { get; } = new("--protect", "-p")
    {
        HelpName = "[NAME=]ADDR[/LEN][,...]",
        Arity = ArgumentArity.OneOrMore,
        Description = "The protected hosts of subject NAME (its name or position in the matrix; without NAME: of all). Repeatable. Replaces addresses that the matrix gives.",
    };

    public Option<string> Format { get; } = CommandInputs.Choice("--format", ["text", "json"], "text", "Report format on standard output.", "-f");

    public Option<string[]> Output { get; } = new("--output", "-o")
    {
        HelpName = "FILE",
        Description = "Also write the report to FILE, .txt or .json. Repeatable.",
    };

    public Option<string?> Flows { get; } = new("--flows") { HelpName = "FILE", Description = "Write every flow to FILE, .csv or .ndjson." };

    public Option<string?> Evidence { get; } = new("--evidence")
    {
        HelpName = "FILE",
        Description = "Write the first frames of each finding to FILE, a pcapng with a comment on each packet. The inputs are read a second time.",
    };

    public Option<string[]> FailOn { get; } = new("--fail-on")
    {
        HelpName = "LIST",
        DefaultValueFactory = _ => ["unexpected"],
        Description = "What makes exit code 1: unexpected, undetermined, failing, missing, never; a list with commas is allowed.",
    };

    public Option<string[]> With { get; } = new("--with")
    {
        HelpName = "NAME",
        Description = "A condition of the matrix that holds here ('if you are using PMM': pmm): its rows are required. Repeatable.",
    };

    public Option<string> MinVisibility { get; } = CommandInputs.Choice("--min-visibility", ["A", "B", "C", "D", "E", "F"], "F", "A worse visibility grade makes exit code 4.");

    public Option<string?> IdleTimeout { get; } = new("--idle-timeout")
    {
        HelpName = "none|NAME=SECONDS,...",
        Description = "When an idle flow ends. Names: established (3600), half-open (120), closed (120), udp (180), other (60).",
    };

    public Option<long> MaxFlows { get; } = new("--max-flows")
    {
        HelpName = "N",
        DefaultValueFactory = _ => Core.Flows.FlowLimits.DefaultMax,
        Description = "Flows live at once; when there are more, those without an answer end early, the oldest first, and are counted; a conversation ends early only when there is nothing else.",
    };

    public Option<bool> VlanInKey { get; } = new("--vlan-in-key") { Description = "Equal addresses and ports in two VLANs are two flows." };

    public Option<string> LinkScope { get; } = CommandInputs.Choice("--link-scope", ["count", "judge"], "count", "Traffic that does not leave its link: count it by kind, or judge it too.");

    public Option<bool> KeepDuplicates { get; } = new("--keep-duplicates") { Description = "Count every copy of a packet that a mirror delivered more than once." };

    public Option<bool> NoDecap { get; } = new("--no-decap") { Description = "Judge the outer packet of tunnels (GRE, VXLAN, ERSPAN ...) instead of the innermost." };

    public TunnelPortOptions TunnelPorts { get; } = new();

    public Option<string?> FtpPassiveRange { get; } = new("--ftp-passive-range")
    {
        HelpName = "FIRST-LAST",
        Description = "Ports that FTP servers give out for passive data connections. Connections to them belong to a live FTP control connection of the same two hosts, although no announcement was seen.",
    };

    public Option<string?> Ledger { get; } = new("--ledger")
    {
        HelpName = "FILE",
        Description = "Servers that earlier runs proved, for flows whose beginning this capture does not show. What this run proves is added; at most "
            + "200000 sockets, those proven longest ago go first. A file that does not exist is begun.",
    };

    public const int MaxThreads = 1024;

    public Option<int> Threads { get; } = new("--threads")
    {
        HelpName = "N",
        DefaultValueFactory = _ => Math.Min(Environment.ProcessorCount, MaxThreads),
        Description = "Threads at most; without it, one for each processor that the program may use. One decodes frames, one keeps the flows, a third sums "
            + "what was judged; more are not used, and a short input is done before any is started. The result never depends on it.",
    };

    public Option<bool> Lenient { get; } = new("--lenient") { Description = "A matrix cell that is not understood is a warning, and its row is not enforced." };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No report on standard output and no progress; files and exit code only." };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "All findings, the whole coverage table, and every message about the matrix." };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colours. NO_COLOR and output that is no terminal have the same effect." };

    public Option<bool> NoProgress { get; } = new("--no-progress") { Description = "No progress line on standard error." };

    public IEnumerable<Option> All =>
        [Matrix, Protect, Format, Output, Flows, Evidence, FailOn, With, MinVisibility, IdleTimeout, MaxFlows, VlanInKey, LinkScope, KeepDuplicates, NoDecap, .. TunnelPorts.All, FtpPassiveRange, Ledger, Threads, Lenient, Quiet, Verbose, NoColor, NoProgress];
}
