using System.CommandLine;

namespace TrafficCheck.Cli.Commands;

/// <summary>The arguments and options of <c>explain</c>, with the words of their help.</summary>
internal sealed class ExplainOptions
{
    public Argument<string[]> Inputs { get; } = new("INPUT")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "Capture files (pcap, pcapng, snoop; plain, .gz or .zst), folders, or - for standard input. Several are merged by time.",
    };

    public Option<string?> Flow { get; } = new("--flow")
    {
        HelpName = "ADDR:PORT-ADDR:PORT/TRANSPORT",
        Description = "The flow to explain, its ends in either order: 10.0.0.5:51820-203.0.113.9:443/tcp. IPv6 with ports in brackets; icmp, icmpv6 (any "
            + "type, or /icmp:8) and other protocols without ports.",
    };

    public Option<long?> Frame { get; } = new("--frame", "-n")
    {
        HelpName = "N",
        Description = "The frame to explain, by its number in the merged input, from 1: with one input the number that Wireshark shows, and that reports name.",
    };

    public Option<string[]> Matrix { get; } = new("--matrix", "-m")
    {
        HelpName = "FILE",
        Arity = ArgumentArity.OneOrMore,
        Description = "The allowed matrix, for the verdict on the frame's flow. Repeatable.",
    };

    public Option<string[]> Protect { get; } = new("--protect", "-p")
    {
        HelpName = "[NAME=]ADDR[/LEN][,...]",
        Arity = ArgumentArity.OneOrMore,
        Description = "The protected hosts, as for check. Repeatable.",
    };

    public Option<string> Format { get; } = CommandInputs.Choice("--format", ["text", "json"], "text", "Format on standard output.", "-f");

    public Option<string?> IdleTimeout { get; } = new("--idle-timeout") { HelpName = "LIST", Description = "As for check: it decides which packets are one flow." };

    public Option<bool> VlanInKey { get; } = new("--vlan-in-key") { Description = "Equal addresses and ports in two VLANs are two flows." };

    public Option<bool> NoDecap { get; } = new("--no-decap") { Description = "Stop at the outermost packet; what tunnels hold is not looked at." };

    public TunnelPortOptions TunnelPorts { get; } = new();

    public Option<string?> Ledger { get; } = new("--ledger") { HelpName = "FILE", Description = "As for check; the file is only read." };

    public Option<string> LinkScope { get; } = CommandInputs.Choice("--link-scope", ["count", "judge"], "count", "Traffic that does not leave its link: count it by kind, or judge it too.");

    public Option<long> MaxFlows { get; } = new("--max-flows")
    {
        HelpName = "N",
        DefaultValueFactory = _ => Core.Flows.FlowLimits.DefaultMax,
        Description = "As for check: flows live at once.",
    };

    public Option<bool> KeepDuplicates { get; } = new("--keep-duplicates") { Description = "As for check: count every copy of a packet that a mirror delivered more than once." };

    public Option<string?> FtpPassiveRange { get; } = new("--ftp-passive-range")
    {
        HelpName = "FIRST-LAST",
        Description = "As for check: ports that FTP servers give out for passive data connections.",
    };

    public Option<bool> Lenient { get; } = new("--lenient") { Description = "A matrix cell that is not understood is a warning, and its row is not enforced." };

    public IEnumerable<Option> All => [Frame, Flow, Matrix, Protect, Format, IdleTimeout, MaxFlows, VlanInKey, KeepDuplicates, NoDecap, .. TunnelPorts.All, FtpPassiveRange, LinkScope, Ledger, Lenient];
}
