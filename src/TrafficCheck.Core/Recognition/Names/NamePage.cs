using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Entries of one key, linked with the other pages in the order of their use. Used again for other keys.</summary>
internal sealed class NamePage
{
    /// <summary>Object, place in the buckets, array header.</summary>
    private const int Overhead = 120 + 16 + 24;

    public PageKey Key { get; private set; }

    /// <summary>A power of two of them.</summary>
    public NameEntry[] Entries { get; set; } = [];

    public int Count { get; set; }

    /// <summary>Entries gave way to others of this page.</summary>
    public bool Overflowed { get; set; }

    public NamePage? Older { get; set; }

    public NamePage? Newer { get; set; }

    /// <summary>The next of the bucket, or of those that wait.</summary>
    public NamePage? Next { get; set; }

    public int Bytes => BytesOf(Entries.Length);

    public Span<NameEntry> Used => Entries.AsSpan(0, Count);

    public static int BytesOf(int entries) => Overhead + (Unsafe.SizeOf<NameEntry>() * entries);

    public void Begin(PageKey key) => (Key, Count, Overflowed) = (key, 0, false);

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
