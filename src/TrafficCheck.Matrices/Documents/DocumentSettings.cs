using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Documents;

/// <summary>What one document says about itself, besides its rows.</summary>
internal sealed class DocumentSettings
{
    /// <summary>In/Out means Out and its replies (<c>in-out: reply</c>).</summary>
    public bool ReplyOnly { get; set; }

    /// <summary>Cells mean what they say (<c>cells: exact</c>): nothing is filled down, and nothing is read out of prose.</summary>
    public bool Exact { get; set; }

    /// <summary>Subjects that the document declares, in its order.</summary>
    public List<int> Subjects { get; } = [];

    /// <summary>Subjects by the slug of their name and of their other names.</summary>
    public Dictionary<string, int> SubjectBySlug { get; } = new(StringComparer.Ordinal);

    /// <summary>Named peers, by the slug of their name. An empty list stands for any peer.</summary>
    public Dictionary<string, IReadOnlyList<RowPeer>> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>Conditions with the words of a purpose text that put a row under them.</summary>
    public List<(string Name, string Words)> Conditions { get; } = [];
}
