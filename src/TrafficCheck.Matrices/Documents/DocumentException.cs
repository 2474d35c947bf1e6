namespace TrafficCheck.Matrices.Documents;

/// <summary>A YAML or JSON document that cannot be read at all, with the place and what to do.</summary>
internal sealed class DocumentException(string code, int line, string message) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>1-based line in the file.</summary>
    public int Line { get; } = line;
}
