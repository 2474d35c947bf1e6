using System.CommandLine;
using TrafficCheck.Cli.Commands;

namespace TrafficCheck.Cli.Watch;

/// <summary>The options of <c>watch</c>, with the words of their help.</summary>
internal sealed class WatchOptions
{
    public Option<string[]> Interfaces { get; } = new("--interface", "-i")
    {
        HelpName = "IFACE",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        Description = "The interface to capture from (see: trafficcheck interfaces). Repeatable: both legs of a tap are judged as one.",
    };

    public Option<int> SnapLength { get; } = new("--snap-length", "-s")
    {
        HelpName = "BYTES",
        DefaultValueFactory = _ => 65_535,
        Description = "Bytes kept of each frame, 64 to 262144. Short ones save work; names and applications may then be missing.",
    };

    public Option<int> Buffer { get; } = new("--buffer", "-B")
    {
        HelpName = "MB",
        DefaultValueFactory = _ => 64,
        Description = "The system's ring for frames of each interface, 2 to 2048 MB.",
    };

    public Option<bool> NoPromiscuous { get; } = new("--no-promiscuous") { Description = "Leave the interface as it is: only frames for this machine, where nothing else made it promiscuous." };

    public Option<string?> Filter { get; } = FilterOption.Create();

    public Option<string?> For { get; } = new("--for") { HelpName = "TIME", Description = "End after this time: 90s, 30m, 1h, 7d." };

    public Option<string?> Until { get; } = new("--until") { HelpName = "TIME", Description = "End at this time: 18:00 (local, the next one), or RFC 3339 such as 2030-01-31T18:00:00Z." };

    public Option<long?> Frames { get; } = new("--frames") { HelpName = "N", Description = "End after this many frames." };

    public Option<string?> Rotate { get; } = new("--rotate")
    {
        HelpName = "TIME",
        Description = "Write a report for each period, such as 1h, beginning at round times of UTC: the name of each --output gets the time at which it began. The report at the end is for the whole run.",
    };

    public Option<string?> State { get; } = new("--state")
    {
        HelpName = "DIR",
        Description = "Keep what was found in this folder, so that the next start goes on with it, also after a crash.",
    };

    public Option<string> Checkpoint { get; } = new("--checkpoint")
    {
        HelpName = "TIME",
        DefaultValueFactory = _ => "60s",
        Description = "How often the state is written: what a crash loses at most.",
    };

    public Option<string?> Flows { get; } = new("--flows")
    {
        HelpName = "FILE",
        Description = "Write every flow to FILE, .csv or .ndjson, when it has ended; with --rotate a file for each period.",
    };

    public Option<string?> User { get; } = new("--user")
    {
        HelpName = "NAME",
        Description = "Started as root, the program becomes this user once the interfaces are open (default: who called sudo, else nobody) and keeps the right to capture only; root stays root.",
    };

    public Option<string?> Page { get; } = new("--page")
    {
        HelpName = "ADDR:PORT",
        Description = "Show the run in a browser, such as 127.0.0.1:8080, and metrics for Prometheus at /metrics. Any address but loopback needs --page-token.",
    };

    public Option<string?> PageToken { get; } = new("--page-token")
    {
        HelpName = "env:NAME|file:PATH",
        Description = "What a client of the page has to show, at least 16 characters. Never on the command line, where every user of the machine could read it.",
    };

    public Option<string[]> PageHost { get; } = new("--page-host") { HelpName = "NAME", Description = "A name under which the page may be asked for, such as that of a proxy. Repeatable." };

    public Option<string[]> Alert { get; } = new("--alert")
    {
        HelpName = "RECEIVER",
        Description = "Tell each new finding once, and its later totals: syslog://HOST[:514], syslog+tcp://HOST, syslog+tls://HOST, http(s)://... (JSON), or - for lines of JSON on standard output. Repeatable.",
    };

    public Option<string[]> AlertOn { get; } = new("--alert-on")
    {
        HelpName = "LIST",
        Description = "What is told: unexpected, scan, flood, failing, undetermined; by default all but the last.",
    };

    public Option<string?> AlertHeader { get; } = new("--alert-header") { HelpName = "NAME: env:VAR|file:PATH", Description = "A header for webhooks, such as 'Authorization: file:/etc/trafficcheck/hook'." };

    public Option<string?> AlertKey { get; } = new("--alert-key") { HelpName = "env:VAR|file:PATH", Description = "Sign what webhooks get with this key (HMAC-SHA256)." };

    public Option<string[]> OnFinding { get; } = new("--on-finding")
    {
        HelpName = "COMMAND",
        Description = "Run a program for each alert, without a shell: the alert is on its standard input as JSON, its main fields are in the environment as TRAFFICCHECK_*. Repeatable.",
    };

    public Option<string?> Evidence { get; } = new("--evidence")
    {
        HelpName = "DIR",
        Description = "Write the first frames of each finding's flows to a pcapng in this folder, each with a comment.",
    };

    public Option<string> EvidenceSize { get; } = new("--evidence-size") { HelpName = "SIZE", DefaultValueFactory = _ => "100MB", Description = "Size of that folder at most; the oldest files go first." };

    public Option<string> EvidenceAge { get; } = new("--evidence-age") { HelpName = "TIME|none", DefaultValueFactory = _ => "30d", Description = "Evidence that was not written to for longer goes." };

    public JudgingOptions Judging { get; } = new();

    public OutputOptions Reports { get; } = new();

    public IEnumerable<Option> All =>
    [
        Interfaces, .. Judging.All, SnapLength, Buffer, NoPromiscuous, Filter, User, For, Until, Frames, Rotate, State, Checkpoint, Flows,
        Page, PageToken, PageHost, Alert, AlertOn, AlertHeader, AlertKey, OnFinding, Evidence, EvidenceSize, EvidenceAge, .. Reports.All,
    ];
}
