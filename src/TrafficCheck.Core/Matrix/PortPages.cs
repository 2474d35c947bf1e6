using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// Tables of 65536 numbers, each cut into 256 pages of 256; equal pages and equal tables are stored once. The ports of a real matrix lie on few
/// pages (1 KB each), so that what lookups touch stays in the first cache: one page and one directory of 1 KB for the ports that no row names.
/// </summary>
internal sealed class PortPages
{
    public const int PageSize = 256, Ports = 1 << 16;

    /// <summary>The table that is 0 everywhere.</summary>
    public const int Empty = 0;

    private readonly int[] _directories; // table + page of the port: where the page begins
    private readonly int[] _pages;

    private PortPages(int[] directories, int[] pages)
    {
        _directories = directories;
        _pages = pages;
    }

    public int this[int table, ushort port] => _pages[_directories[table + (port >> 8)] + (port & (PageSize - 1))];

    internal sealed class Builder
    {
        private readonly Store _directories = new(), _pages = new();
        private readonly int[] _directory = new int[Ports / PageSize];

        public Builder() => Add(new int[PageSize]);

        /// <param name="values">By port; ports beyond its end have 0.</param>
        /// <returns>The table's number.</returns>
        public int Add(ReadOnlySpan<int> values)
        {
            _directory.AsSpan().Clear(); // the first page is the one of zeros
            int[] last = new int[PageSize];
            for (int page = 0; page * PageSize < values.Length; page++)
            {
                ReadOnlySpan<int> content = values[(page * PageSize)..];
                if (content.Length >= PageSize)
                {
                    content = content[..PageSize];
                }
                else
                {
                    content.CopyTo(last); // the rest of it is 0
                    content = last;
                }

                _directory[page] = _pages.Add(content);
            }

            return _directories.Add(_directory);
        }

        public PortPages Build() => new(_directories.All(), _pages.All());
    }

    /// <summary>Blocks of 256 numbers, each content once.</summary>
    private sealed class Store
    {
        private readonly List<int> _all = [];
        private readonly Dictionary<int, List<int>> _byHash = [];

        public int Add(ReadOnlySpan<int> block)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(block));
            ref List<int>? same = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, hash.ToHashCode(), out _);
            same ??= [];
            foreach (int at in same)
            {
                if (CollectionsMarshal.AsSpan(_all).Slice(at, block.Length).SequenceEqual(block)) return at;
            }

            same.Add(_all.Count);
            _all.AddRange(block);
            return _all.Count - block.Length;
        }

        public int[] All() => [.. _all];
    }
}
