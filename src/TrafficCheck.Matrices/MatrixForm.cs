namespace TrafficCheck.Matrices;

/// <summary>Forms in which a matrix is written and read back without loss.</summary>
public enum MatrixForm
{
    Markdown,
    Yaml,
    Json,
    Csv,
}
