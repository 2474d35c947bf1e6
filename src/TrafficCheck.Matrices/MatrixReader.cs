using System.Security.Cryptography;
using System.Text;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Tables;

namespace TrafficCheck.Matrices;

/// <summary>Reads table documents into one allowed matrix.</summary>
public static class MatrixReader
{
    private const long MaxBytes = 64L << 20;

    /// <summary>Several files make one matrix: subjects of equal names are one, rows without an id of their own are numbered over all files.</summary>
    public static MatrixImport Read(IReadOnlyList<string> paths, MatrixReadOptions options)
    {
        var messages = new List<MatrixMessage>();
        var rows = new List<MatrixRow>();
        var subjects = new List<MatrixSubject>();
        var sources = new List<MatrixSource>();
        foreach (string path in paths)
        {
            if (!TryReadText(path, messages, sources, out string text)) continue;
            new TableImporter(path, options, messages, subjects, rows).Import(MarkdownTables.Read(text));
        }

        if (rows.Count == 0 && messages.All(m => m.Severity != MessageSeverity.Error))
            messages.Add(new(MessageSeverity.Error, "no-rows", paths.Count > 0 ? paths[0] : "-", 0, null, "no rows found: a table with the columns Port, Protocol and Direction is needed"));
        bool failed = messages.Any(m => m.Severity == MessageSeverity.Error);
        if (failed) return new(null, messages);
        var matrix = new AllowedMatrix
        {
            Name = Path.GetFileName(paths[0]),
            Sources = sources,
            Subjects = subjects,
            Rows = rows,
            Conditions = [.. rows.Where(r => r.Condition is not null).Select(r => r.Condition!).Distinct()],
        };
        return new(matrix, messages);
    }

    private static bool TryReadText(string path, List<MatrixMessage> messages, List<MatrixSource> sources, out string text)
    {
        text = "";
        string? problem = null;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists) problem = "no such file: check the spelling";
            else if (info.Length > MaxBytes) problem = "larger than 64 MiB: this is no table";
            else
            {
                byte[] bytes = File.ReadAllBytes(path);
                text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');
                if (text.Contains('\0', StringComparison.Ordinal)) problem = "holds NUL bytes: this is no text file";
                sources.Add(new(path, Convert.ToHexStringLower(SHA256.HashData(bytes))));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = "cannot be read: " + e.Message;
        }

        string extension = Path.GetExtension(path).ToUpperInvariant();
        if (problem is null && extension is ".YAML" or ".YML" or ".JSON" or ".CSV" or ".XLSX" or ".HTML") problem = "this version reads Markdown tables only";
        if (problem is null) return true;
        messages.Add(new(MessageSeverity.Error, "unreadable", path, 0, null, problem));
        return false;
    }
}
