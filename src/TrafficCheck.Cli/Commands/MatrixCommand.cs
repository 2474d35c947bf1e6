using System.CommandLine;
using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;
using TrafficCheck.Matrices.Lint;
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
          trafficcheck matrix convert ports.md --to yaml
        """)
    {
        Show(output, errors),
        Lint(output),
        Convert(output, errors),
    };

    private static string Count(int number, string thing) => string.Create(CultureInfo.InvariantCulture, $"{number} {thing}{(number == 1 ? "" : "s")}");

    private static Argument<string[]> Files() => new("FILE")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "The vendor's table: Markdown, CSV, TSV, YAML or JSON, by its ending. Several files make one matrix.",
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
            IReadOnlyList<MatrixMessage> messages = import.Matrix is null ? import.Messages : [.. import.Messages, .. MatrixLint.Check(import.Matrix)];
            foreach (MatrixMessage message in messages.OrderBy(m => m.File, StringComparer.Ordinal).ThenBy(m => m.Line))
                output.WriteLine(TerminalText.Clean(message.ToString()));
            int errors = messages.Count(m => m.Severity == MessageSeverity.Error), warnings = messages.Count(m => m.Severity == MessageSeverity.Warning);
            string what = import.Matrix is { } matrix ? $"{Count(matrix.Rows.Count, "row")}, {Count(matrix.Subjects.Count, "subject")}" : "no matrix until the errors are mended";
            output.WriteLine($"{what}: {Count(errors, "error")}, {Count(warnings, "warning")}, {Count(messages.Count - errors - warnings, "note")}");
            return errors > 0 || import.Matrix is null ? ExitCode.WrongUsage : warnings > 0 ? ExitCode.Findings : ExitCode.Nothing;
        });
        return command;
    }

    private static Command Convert(TextWriter output, TextWriter errors)
    {
        Argument<string[]> files = Files();
        var form = new Option<string>("--to") { HelpName = "yaml|markdown|json|csv", Required = true, Description = "Form to write on standard output." };
        form.AcceptOnlyFromAmong("yaml", "markdown", "json", "csv");
        var lenient = new Option<bool>("--lenient") { Description = "A cell that is not understood is a warning, and its row is written as not enforced." };
        var command = new Command("convert", """
            Writes the matrix as it was understood, in a form that is read back as the same matrix: what was read
            out of prose (hosts, conditions) stands in columns of its own there, to be seen and corrected.

            Examples:
              trafficcheck matrix convert ports.md --to yaml
              trafficcheck matrix convert vendor.csv --to markdown
            """) { files, form, lenient };
        command.SetAction(parsed =>
        {
            AllowedMatrix? matrix = MatrixLoading.Load(parsed.GetValue(files)!, parsed.GetValue(lenient), false, errors);
            if (matrix is null) return ExitCode.WrongUsage;
            MatrixForm to = parsed.GetValue(form) switch
            {
                "yaml" => MatrixForm.Yaml,
                "json" => MatrixForm.Json,
                "csv" => MatrixForm.Csv,
                _ => MatrixForm.Markdown,
            };
            MatrixWriter.Write(matrix, to, output);
            return ExitCode.Nothing;
        });
        return command;
    }
}
