namespace TrafficCheck.Matrices;

/// <summary>What a document is read as.</summary>
internal enum MatrixDocumentKind
{
    Markdown,
    Yaml,
    Json,
    Csv,
    NotRead,
}
