using TrafficCheck.Reporting;

namespace TrafficCheck.Cli;

/// <summary>How text goes to standard output: colours only for a terminal that wants them (https://no-color.org).</summary>
internal static class TerminalStyle
{
    public static TextStyle Of(bool noColor) => TextStyle.Plain with { Color = !Console.IsOutputRedirected && Colored(noColor) };

    /// <summary>Whether a terminal gets colours, if it is one.</summary>
    public static bool Colored(bool noColor) =>
        !noColor && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
