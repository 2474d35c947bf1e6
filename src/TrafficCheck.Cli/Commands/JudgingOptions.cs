using System.CommandLine;
using System.Globalization;
using TrafficCheck.Core.Engine;

namespace TrafficCheck.Cli.Commands;

/// <summary>The options of every command that judges traffic against a matrix, with the words of their help, and what they say to the engine.</summary>
internal sealed class JudgingOptions
{
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

    public IEnumerable<Option> All =>
        [Matrix, Protect, FailOn, With, MinVisibility, IdleTimeout, MaxFlows, VlanInKey, LinkScope, KeepDuplicates, NoDecap, .. TunnelPorts.All, FtpPassiveRange, Ledger, Threads, Lenient];

    /// <exception cref="UsageException">A word is not known.</exception>
    public ExitRules ReadRules(ParseResult parsed) => new(OptionText.ParseFailOn(parsed.GetValue(FailOn) ?? []), parsed.GetValue(MinVisibility)![0]);

    /// <exception cref="UsageException">A value is out of range or not understood.</exception>
    public EngineOptions ReadEngineOptions(ParseResult parsed)
    {
        long maxFlows = OptionText.CheckMaxFlows(parsed.GetValue(MaxFlows));
        int threads = parsed.GetValue(Threads);
        if (threads is < 1 or > MaxThreads)
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--threads {threads}: give a number from 1 to {MaxThreads}"));

        return new EngineOptions
        {
            Timeouts = OptionText.ParseTimeouts(parsed.GetValue(IdleTimeout)),
            Threads = threads,
            MaxFlows = maxFlows,
            KeepCopies = parsed.GetValue(KeepDuplicates),
            Decapsulate = !parsed.GetValue(NoDecap),
            TunnelPorts = TunnelPorts.Read(parsed),
            VlanInKey = parsed.GetValue(VlanInKey),
            FtpPassiveRange = OptionText.ParseRange("--ftp-passive-range", parsed.GetValue(FtpPassiveRange)),
            JudgeLinkScope = parsed.GetValue(LinkScope) == "judge",
        };
    }

    /// <summary>What decides the result, and nothing else: the report of the same input must be the same.</summary>
    /// <param name="ledger">Path of the ledger, or null for none.</param>
    public static List<KeyValuePair<string, string>> Parameters(string[] matrixPaths, string[] protect, ExitRules rules, EngineOptions engine, string? ledger) =>
    [
        new("matrix", string.Join(',', matrixPaths)),
        new("protect", string.Join(' ', protect)),
        new("failOn", OptionText.Words(rules.FailOn)),
        new("with", string.Join(',', rules.With)),
        new("minVisibility", rules.MinGrade.ToString()),
        new("idleTimeout", OptionText.Words(engine.Timeouts)),
        new("maxFlows", engine.MaxFlows.ToString(CultureInfo.InvariantCulture)),
        new("vlanInKey", engine.VlanInKey ? "true" : "false"),
        new("keepDuplicates", engine.KeepCopies ? "true" : "false"),
        new("decapsulate", engine.Decapsulate ? "true" : "false"),
        new("tunnelPorts", OptionText.Words(engine.TunnelPorts)),
        new("ftpPassiveRange", engine.FtpPassiveRange?.ToString() ?? "none"),
        new("ledger", ledger ?? "none"),
        new("linkScope", engine.JudgeLinkScope ? "judge" : "count"),
    ];
}
