namespace TrafficCheck.Matrices.Documents;

internal enum NodeKind { Scalar, List, Map }

/// <summary>A value of a YAML or JSON document, with its line. The tree is bounded by its reader; nothing in it is shared.</summary>
/// <param name="Value">Text of a scalar; empty for the other kinds.</param>
/// <param name="Line">1-based line in the file.</param>
internal sealed record DocumentNode(NodeKind Kind, string Value, int Line)
{
    /// <summary>Members of a list, in order.</summary>
    public List<DocumentNode> Items { get; } = [];

    /// <summary>Members of a map, in order; keys are unique.</summary>
    public List<(string Key, int Line, DocumentNode Value)> Entries { get; } = [];

    /// <summary>A scalar that was written without quotes and says nothing: <c>null</c>, <c>~</c> or nothing at all.</summary>
    public bool IsNull { get; init; }

    public DocumentNode? this[string key]
    {
        get
        {
            foreach (var entry in Entries)
            {
                if (entry.Key == key) return entry.Value;
            }

            return null;
        }
    }

    /// <summary>The members of a list, or a scalar as its only member; nothing for null.</summary>
    public IEnumerable<DocumentNode> AsList() => Kind == NodeKind.List ? Items : IsNull ? [] : [this];
}
