using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli;

/// <summary>Reads the matrix of a run and says on standard error what is wrong with it.</summary>
internal static class MatrixLoading
{
    /// <returns>Null when the matrix cannot be used; the errors are written.</returns>
    public static AllowedMatrix? Load(string[] paths, bool lenient, bool verbose, TextWriter errors)
    {
        MatrixImport import = MatrixReader.Read(paths, new MatrixReadOptions(lenient));
        bool usable = import.Matrix is not null;
        int hidden = 0;

        // Leniency takes rows out of force: that is never said in a count only.
        var outOfForce = (import.Matrix?.Rows ?? []).Where(r => !r.Enforced).Select(r => (r.Source.File, r.Source.Line)).ToHashSet();
        foreach (MatrixMessage message in import.Messages)
        {
            if (verbose || message.Severity == MessageSeverity.Error || (message.Severity == MessageSeverity.Warning && lenient && outOfForce.Contains((message.File, message.Line)))) errors.WriteLine(TerminalText.Clean(message.ToString()));
            else if (message.Severity == MessageSeverity.Warning) hidden++;
        }

        if (hidden > 0 && usable)
            errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"matrix: {hidden} {(hidden == 1 ? "warning" : "warnings")}; trafficcheck matrix lint {TerminalText.Clean(string.Join(' ', paths))} shows {(hidden == 1 ? "it" : "them")}"));
        return import.Matrix;
    }
}
