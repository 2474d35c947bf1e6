using System.Text;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>
/// Each name once in memory, for as long as a chain holds it; then the object and its buffer wait for another name. Names are ASCII: a byte a
/// character.
/// </summary>
internal sealed class NameText(int capacity)
{
    /// <summary>Object, array header, place in the buckets.</summary>
    private const int Overhead = 56 + 24 + 16;

    private readonly byte[] _ascii = new byte[capacity];
    private int _length;

    public string Value => Encoding.ASCII.GetString(_ascii, 0, _length);

    /// <summary>Never used twice in a run, so that a key made of it cannot come to mean another name.</summary>
    public long Id { get; private set; }

    public int Hash { get; private set; }

    public int Holders { get; set; }

    /// <summary>The next of the bucket, or of those that wait.</summary>
    public NameText? Next { get; set; }

    public int Bytes => Overhead + _ascii.Length;

    public int Capacity => _ascii.Length;

    public void Set(ReadOnlySpan<char> text, int hash, long id)
    {
        _length = Encoding.ASCII.GetBytes(text, _ascii);
        (Hash, Id, Holders) = (hash, id, 0);
    }

    public bool Is(ReadOnlySpan<char> text, int hash) => hash == Hash && Ascii.Equals(_ascii.AsSpan(0, _length), text);
}
