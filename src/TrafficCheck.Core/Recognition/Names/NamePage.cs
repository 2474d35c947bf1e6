namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Entries of one key, linked with the other pages in the order of their use.</summary>
internal sealed class NamePage(PageKey key)
{
    public const int Overhead = 200, EntryBytes = 80;

    public PageKey Key => key;

    public NameEntry[] Entries { get; set; } = new NameEntry[1];

    public int Count { get; set; }

    /// <summary>Entries gave way to others of this page.</summary>
    public bool Overflowed { get; set; }

    public NamePage? Older { get; set; }

    public NamePage? Newer { get; set; }

    public int Bytes => Overhead + (EntryBytes * Entries.Length);

    public Span<NameEntry> Used => Entries.AsSpan(0, Count);

    /// <summary>The entry of the name from the source, or -1.</summary>
    public int IndexOf(NameText name, NameSource source)
    {
        ReadOnlySpan<NameEntry> used = Used;
        for (int i = 0; i < used.Length; i++)
        {
            if (used[i].Source == source && ReferenceEquals(used[i].Name, name)) return i;
        }

        return -1;
    }
}
