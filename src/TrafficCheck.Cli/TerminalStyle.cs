using TrafficCheck.Reporting;

namespace TrafficCheck.Cli;

/// <summary>How text goes to standard output: colours only for a terminal that wants them (https://no-color.org).</summary>
internal static class TerminalStyle
{
    public static TextStyle Of(bool noColor)
    {
        bool color = !noColor && !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return TextStyle.Plain with { Color = color };
    }
}
