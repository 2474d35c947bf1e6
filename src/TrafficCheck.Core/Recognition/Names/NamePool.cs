namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Names by text, without duplicates; forgets a name with its last holder.</summary>
internal sealed class NamePool
{
    private readonly Dictionary<string, NameText> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NameText>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private long _nextId;

    public NamePool() => _bySpan = _names.GetAlternateLookup<ReadOnlySpan<char>>();

    public long Bytes { get; private set; }

    public int Count => _names.Count;

    public NameText? Find(ReadOnlySpan<char> text) => _bySpan.TryGetValue(text, out NameText? name) ? name : null;

    public NameText Hold(ReadOnlySpan<char> text)
    {
        NameText? name = Find(text);
        if (name is null)
        {
            name = new(text.ToString(), _nextId++);
            _names.Add(name.Value, name);
            Bytes += name.Bytes;
        }

        name.Holders++;
        return name;
    }

    public void Release(NameText name)
    {
        if (--name.Holders > 0) return;
        _names.Remove(name.Value);
        Bytes -= name.Bytes;
    }
}
