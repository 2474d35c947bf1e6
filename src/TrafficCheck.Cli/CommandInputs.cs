using System.CommandLine;
using TrafficCheck.Capture;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli;

/// <summary>What commands that read captures share: options of few words, and the inputs that their arguments name.</summary>
internal static class CommandInputs
{
    public static Option<string> Choice(string name, string[] words, string start, string description, params string[] aliases)
    {
        var option = new Option<string>(name, aliases) { HelpName = string.Join('|', words), DefaultValueFactory = _ => start, Description = description };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    /// <summary>The inputs; what is skipped is said on standard error.</summary>
    /// <exception cref="UsageException">An argument names none.</exception>
    public static IReadOnlyList<CaptureInput> Expand(string[] arguments, TextWriter errors)
    {
        ExpandedInputs inputs = CaptureInputs.Expand(arguments);
        if (inputs.Errors.Count > 0) throw new UsageException(inputs.Errors[0], [.. inputs.Errors.Skip(1)]);
        foreach (SkippedInput skipped in inputs.Skipped) errors.WriteLine(TerminalText.Clean($"skipped: {skipped.Path} {skipped.Reason}"));
        return inputs.Inputs;
    }
}
