using System.Security.Cryptography;
using System.Text;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;
using TrafficCheck.Matrices.Forms;
using TrafficCheck.Matrices.Tables;

namespace TrafficCheck.Matrices;

/// <summary>Reads table documents into one allowed matrix.</summary>
public static class MatrixReader
{
    private const long MaxBytes = 64L << 20;

    /// <summary>Several files make one matrix: subjects of equal names are one, rows without an id of their own are numbered over all files.</summary>
    /// <param name="paths">The ending tells the form; what has no known one is Markdown.</param>
    public static MatrixImport Read(IReadOnlyList<string> paths, MatrixReadOptions options)
    {
        var draft = new MatrixDraft(options);
        foreach (string path in paths)
        {
            if (TryReadText(path, draft, out string text)) ReadDocument(path, text, KindOf(path), draft);
        }

        return draft.Finish(paths.Count > 0 ? paths[0] : "-");
    }

    /// <summary>Reads one document that is already in memory.</summary>
    /// <param name="path">Name for messages; its ending tells the form.</param>
    public static MatrixImport ReadText(string path, string text, MatrixReadOptions options) => ReadText(path, text, KindOf(path), options);

    internal static MatrixImport ReadText(string path, string text, MatrixDocumentKind kind, MatrixReadOptions options)
    {
        var draft = new MatrixDraft(options);
        if (!IsText(path, text, draft)) return draft.Finish(path);
        draft.Sources.Add(new(path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))));
        ReadDocument(path, text.TrimStart('\uFEFF'), kind, draft);
        return draft.Finish(path);
    }

    private static void ReadDocument(string path, string text, MatrixDocumentKind kind, MatrixDraft draft)
    {
        try
        {
            switch (kind)
            {
                case MatrixDocumentKind.Yaml:
                    new NativeRows(path, draft).Import(YamlTree.Read(text, 1));
                    break;
                case MatrixDocumentKind.Json:
                    new NativeRows(path, draft).Import(JsonForm.Read(text));
                    break;
                case MatrixDocumentKind.Csv:
                    CsvForm.Import(path, text, draft);
                    break;
                case MatrixDocumentKind.NotRead:
                    draft.Log.Say(MessageSeverity.Error, "form-not-read", path, 0, null, "this form is not read: save the table as Markdown, CSV, YAML or JSON");
                    break;
                default:
                    Markdown(path, text, draft);
                    break;
            }
        }
        catch (DocumentException e)
        {
            draft.Log.Say(MessageSeverity.Error, e.Code, path, e.Line, null, e.Message);
        }
    }

    private static MatrixDocumentKind KindOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".YAML" or ".YML" => MatrixDocumentKind.Yaml,
        ".JSON" => MatrixDocumentKind.Json,
        ".CSV" or ".TSV" => MatrixDocumentKind.Csv,
        ".XLSX" or ".XLS" or ".HTML" or ".HTM" or ".PDF" or ".DOCX" => MatrixDocumentKind.NotRead,
        _ => MatrixDocumentKind.Markdown,
    };

    private static void Markdown(string path, string text, MatrixDraft draft)
    {
        FrontMatter front = FrontMatter.Split(text);
        var settings = new DocumentSettings();
        if (front.Yaml.Length > 0 && YamlTree.Read(front.Yaml, 2) is { } root) settings = new SettingsReader(path, draft).Read(root, withRows: false);
        new TableImporter(path, draft, settings).Import(MarkdownTables.Read(front.Body, front.BodyLine));
    }

    /// <summary>What may not be looked at is not there for the system's question whether it is.</summary>
    private static bool IsDenied(string path)
    {
        try
        {
            File.GetAttributes(path);
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            // It is not there, or cannot be reached for another reason.
        }

        return false;
    }

    private static bool TryReadText(string path, MatrixDraft draft, out string text)
    {
        text = "";
        string? problem = null;
        try
        {
            var info = new FileInfo(path);
            if (Directory.Exists(path)) problem = "a folder: name the file of the table in it";
            else if (!info.Exists) problem = IsDenied(path) ? "access is denied: check its permissions and those of its folder" : "no such file: check the spelling";
            else if (info.Length > MaxBytes) problem = "larger than 64 MiB: this is no table";
            else
            {
                byte[] bytes = File.ReadAllBytes(path);
                text = TextDecoding.Of(bytes, path, draft.Log).TrimStart('\uFEFF');
                draft.Sources.Add(new(path, Convert.ToHexStringLower(SHA256.HashData(bytes))));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = "cannot be read: " + Quoted.Of(e.Message);
        }

        if (problem is null) return IsText(path, text, draft);
        draft.Log.Say(MessageSeverity.Error, "unreadable", path, 0, null, problem);
        return false;
    }

    private static bool IsText(string path, string text, MatrixDraft draft)
    {
        int nul = text.IndexOf('\0', StringComparison.Ordinal);
        if (nul < 0) return true;
        draft.Log.Say(MessageSeverity.Error, "unreadable", path, 1 + text.AsSpan(0, nul).Count('\n'), null, "holds NUL bytes: this is no text file; save the table as UTF-8 text");
        return false;
    }
}
