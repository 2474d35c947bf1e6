using System.Text;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli;

/// <summary>Reports in files, their format by the extension.</summary>
internal static class ReportFiles
{
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, CheckReport report, bool verbose)
    {
        using var file = new StreamWriter(path, false, new UTF8Encoding(false)) { NewLine = "\n" };
        if (OptionText.IsJson(path)) JsonReport.Write(report, file);
        else TextReport.Write(report, file, TextStyle.Plain with { Verbose = verbose });
    }

    /// <summary>Under another name first, so that who reads the file meanwhile finds all of a report or none.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Replace(string path, CheckReport report, bool verbose)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!, extension = Path.GetExtension(path);
        string temporary = Path.Combine(folder, $".{Path.GetFileNameWithoutExtension(path)}.{Path.GetRandomFileName()}{extension}");
        try
        {
            Write(temporary, report, verbose);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
