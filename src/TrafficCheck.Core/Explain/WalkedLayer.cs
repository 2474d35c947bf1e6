namespace TrafficCheck.Core.Explain;

/// <summary>One header of a frame, as the walk read it.</summary>
public sealed class WalkedLayer
{
    /// <summary>More fields than this of one header (options, type-length-values) are counted, not listed.</summary>
    public const int MaxFields = 64;

    private readonly List<WalkedField> _fields = [];
    private readonly List<string> _notes = [];

    internal WalkedLayer(string name, int offset, int length)
    {
        Name = name;
        Offset = offset;
        Length = length;
    }

    public string Name { get; }

    /// <summary>Of its first byte, from the start of the frame.</summary>
    public int Offset { get; }

    /// <summary>Captured bytes of the header, without what it carries.</summary>
    public int Length { get; internal set; }

    public IReadOnlyList<WalkedField> Fields => _fields;

    /// <summary>Fields that stand in the header and are not listed.</summary>
    public int MoreFields { get; private set; }

    /// <summary>What is wrong or worth a word.</summary>
    public IReadOnlyList<string> Notes => _notes;

    internal void Add(string name, int offset, string value)
    {
        if (_fields.Count < MaxFields) _fields.Add(new(name, offset, value));
        else MoreFields++;
    }

    internal void Note(string note) => _notes.Add(note);
}
