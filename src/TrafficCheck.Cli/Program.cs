using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using TrafficCheck.Cli;
using TrafficCheck.Cli.Commands;
using TrafficCheck.Cli.Watch;
using TrafficCheck.Reporting;

// Reports are UTF-8 without a byte order mark wherever they go.
using var output = new StreamWriter(Streams.Output(), new UTF8Encoding(false), 1 << 16) { NewLine = "\n", AutoFlush = false };
TextWriter errors = Streams.Errors();
const int BrokenPipe = 32; // EPIPE, which .NET gives as it is
var root = new RootCommand("Checks network traffic against the table of what is allowed, and says what should not be there, what fails, and what nobody proved.")
{
    CheckCommand.Create(output, errors),
    WatchCommand.Create(output, errors),
    ExplainCommand.Create(output, errors),
    MatrixCommand.Create(output, errors),
    InterfacesCommand.Create(output),
};
try
{
    ParseResult parsed = root.Parse(args);
    if (parsed.Action is ParseErrorAction wrong)
    {
        wrong.ShowHelp = false;
        wrong.ShowTypoCorrections = true;
        parsed.Invoke(new InvocationConfiguration { Output = errors, Error = errors });
        errors.WriteLine("See 'trafficcheck --help'.");
        return ExitCode.WrongUsage;
    }

    int code = parsed.Invoke(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false });
    try
    {
        output.Flush();
    }
    catch (IOException e) when (e.HResult == BrokenPipe)
    {
        // A reader of our output that went away (head, less) is no error of ours.
        errors.WriteLine("trafficcheck: standard output was closed before the report was written");
    }

    return code;
}
catch (UsageException e)
{
    errors.WriteLine("trafficcheck: " + TerminalText.Clean(e.Message));
    foreach (string line in e.More) errors.WriteLine(TerminalText.Clean(line));
    return ExitCode.WrongUsage;
}
catch (Exception e) when (Streams.IsClosed(e))
{
    // A full disk: what was to be a report is none, and no exit code of a run may hide that.
    errors.WriteLine("trafficcheck: " + TerminalText.Clean(e.Message));
    return ExitCode.InputDamaged;
}
catch (Exception e) when (e is not OutOfMemoryException)
{
    // Nothing in a capture or table may lead here: it is a defect, and whoever reports it needs the place.
    errors.WriteLine(TerminalText.Clean($"trafficcheck: internal error, please report it with the input: {e.GetType().Name}: {e.Message}{e.StackTrace?.Split('\n').FirstOrDefault()}"));
    return ExitCode.InternalError;
}
finally
{
    try
    {
        output.Flush();
    }
    catch (Exception e) when (Streams.IsClosed(e))
    {
        // Said above; what is left in the buffer is lost.
    }
}
