using System.CommandLine;
using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli.Commands;

/// <summary><c>trafficcheck matrix</c>: works on the matrix alone.</summary>
internal static class MatrixCommand
{
    public static Command Create(TextWriter output, TextWriter errors) => new("matrix", """
        Works on the allowed matrix alone.

        Examples:
          trafficcheck matrix show ports.md
          trafficcheck matrix lint ports.md
        """)
    {
        Show(output, errors),
        Lint(output),
    };

    private static Argument<string[]> Files() => new("FILE")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "The vendor's Markdown table. Several files make one matrix.",
    };

    private static Command Show(TextWriter output, TextWriter errors)
    {
        Argument<string[]> files = Files();
        var format = new Option<string>("--format", "-f") { HelpName = "text|json", DefaultValueFactory = _ => "text", Description = "Format." };
        format.AcceptOnlyFromAmong("text", "json");
        var lenient = new Option<bool>("--lenient") { Description = "A cell that is not understood is a warning." };
        var noColor = new Option<bool>("--no-color") { Description = "No colours." };
        var command = new Command("show", """
            Shows the matrix as it was understood, with row ids, lines and peers.

            Example:
              trafficcheck matrix show ports.md
            """) { files, format, lenient, noColor };
        command.SetAction(parsed =>
        {
            AllowedMatrix? matrix = MatrixLoading.Load(parsed.GetValue(files)!, parsed.GetValue(lenient), false, errors);
            if (matrix is null) return ExitCode.WrongUsage;
            if (parsed.GetValue(format) == "json") MatrixJson.Write(matrix, output);
            else MatrixTable.Write(matrix, output, TerminalStyle.Of(parsed.GetValue(noColor)));
            return ExitCode.Nothing;
        });
        return command;
    }

    private static Command Lint(TextWriter output)
    {
        Argument<string[]> files = Files();
        var command = new Command("lint", """
            Lists what is unreadable, doubtful, overlapping or too broad in the matrix, with file and line.
            Exit code 2 when a cell is not understood, 1 for warnings, 0 otherwise.

            Example:
              trafficcheck matrix lint ports.md
            """) { files };
        command.SetAction(parsed =>
        {
            MatrixImport import = MatrixReader.Read(parsed.GetValue(files)!, new MatrixReadOptions());
            IReadOnlyList<MatrixMessage> messages = import.Messages;
            foreach (MatrixMessage message in messages.OrderBy(m => m.File, StringComparer.Ordinal).ThenBy(m => m.Line))
                output.WriteLine(TerminalText.Clean(message.ToString()));
            int errors = messages.Count(m => m.Severity == MessageSeverity.Error), warnings = messages.Count(m => m.Severity == MessageSeverity.Warning);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{import.Matrix?.Rows.Count ?? 0} rows, {import.Matrix?.Subjects.Count ?? 0} subjects: {errors} errors, {warnings} warnings, {messages.Count - errors - warnings} notes"));
            return errors > 0 || import.Matrix is null ? ExitCode.WrongUsage : warnings > 0 ? ExitCode.Findings : ExitCode.Nothing;
        });
        return command;
    }
}
