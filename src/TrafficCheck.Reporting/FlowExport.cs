using TrafficCheck.Reporting.Flows;

namespace TrafficCheck.Reporting;

/// <summary>Opens exports of flows (<c>--flows</c>). All have the columns of <see cref="Columns"/>.</summary>
public static class FlowExport
{
    private const int FileBuffer = 1 << 16;

    /// <summary>Column names in their order; stable.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "first", "last", "transport", "initiator", "initiator_port", "responder", "responder_port", "initiator_packets", "initiator_bytes",
        "responder_packets", "responder_bytes", "subject", "direction", "evidence", "confidence", "outcome", "application", "peer_name",
        "verdict", "reason", "rows", "vlan", "tunnel",
    ];

    /// <summary>
    /// Further fields of NDJSON, which readers find by name; readers of CSV count columns, so that theirs stay as they are. What shows the peer's
    /// name, and in which frame; for related flows what announced them, where, how sure that is, and the control connection; whether other names
    /// lead to the peer's address, too, and over which aliases its name does (objects of name and frame); whether the first packet came from the
    /// responder, and what speaks against the evidence.
    /// </summary>
    public static IReadOnlyList<string> ProofFields { get; } =
    [
        "peer_name_proof", "peer_name_frame", "related_by", "related_grade", "announced_frame", "control", "peer_name_shared",
        "peer_name_chain", "flipped", "contradictions",
    ];

    /// <summary>The format that the extension of a path names (in any case).</summary>
    /// <exception cref="ArgumentException">The extension is none of the known ones; the message names them.</exception>
    public static FlowFormat FormatOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string extension = Path.GetExtension(path);
        if (extension.Equals(".csv", StringComparison.OrdinalIgnoreCase)) return FlowFormat.Csv;
        if (extension.Equals(".ndjson", StringComparison.OrdinalIgnoreCase)) return FlowFormat.Ndjson;

        string found = extension.Length == 0 ? "has no extension" : $"has the unknown extension {TerminalText.Clean(extension, 40)}";
        throw new ArgumentException(
            $"Flow export file {TerminalText.Clean(path)} {found}: name it .csv or .ndjson, the extension chooses the format.");
    }

    /// <summary>Creates or replaces a file; the format follows from its extension.</summary>
    /// <exception cref="ArgumentException">See <see cref="FormatOf"/>; nothing was created.</exception>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static IFlowExport Open(string path)
    {
        var format = FormatOf(path);
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, FileBuffer);
        return new FileFlowExport(path, file, To(format, file));
    }

    /// <summary>Writes to a stream, which stays open.</summary>
    public static IFlowExport To(FlowFormat format, Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return format switch
        {
            FlowFormat.Csv => new CsvFlowExport(output),
            FlowFormat.Ndjson => new NdjsonFlowExport(output),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }
}
