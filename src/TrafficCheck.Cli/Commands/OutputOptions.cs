using System.CommandLine;

namespace TrafficCheck.Cli.Commands;

/// <summary>Where reports go and how much they say: options that all commands with a report share.</summary>
internal sealed class OutputOptions
{
    public Option<string> Format { get; } = CommandInputs.Choice("--format", ["text", "json"], "text", "Report format on standard output.", "-f");

    public Option<string[]> Output { get; } = new("--output", "-o")
    {
        HelpName = "FILE",
        Description = "Also write the report to FILE, .txt or .json. Repeatable.",
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No report on standard output and no progress; files and exit code only." };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "All findings, the whole coverage table, and every message about the matrix." };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colours. NO_COLOR and output that is no terminal have the same effect." };

    public Option<bool> NoProgress { get; } = new("--no-progress") { Description = "No progress line on standard error." };

    public IEnumerable<Option> All => [Format, Output, Quiet, Verbose, NoColor, NoProgress];
}
