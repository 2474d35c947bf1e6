namespace TrafficCheck.Cli;

/// <summary>The command line, the matrix or the protected hosts are wrong; the message says what to do.</summary>
/// <param name="more">Further lines. Line breaks inside a line are no line breaks: paths and names may have some.</param>
internal sealed class UsageException(string message, IReadOnlyList<string>? more = null) : Exception(message)
{
    public IReadOnlyList<string> More => more ?? [];
}
