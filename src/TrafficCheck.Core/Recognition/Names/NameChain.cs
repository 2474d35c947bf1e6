namespace TrafficCheck.Core.Recognition.Names;

/// <summary>
/// Names of one answer in the order of its aliases: the one asked for first. Shared by all entries that the answer made; used again when it has lost
/// the last of them.
/// </summary>
internal sealed class NameChain(int capacity)
{
    private const int Overhead = 48 + 24;

    private readonly NameText[] _names = new NameText[capacity];
    private int _length;

    public Span<NameText> Names => _names.AsSpan(0, _length);

    public long Frame { get; private set; }

    public NameText Head => _names[0];

    public int Holders { get; set; }

    /// <summary>The next of those that wait.</summary>
    public NameChain? Next { get; set; }

    public int Capacity => _names.Length;

    public int Bytes => Overhead + (8 * _names.Length);

    /// <summary>For an answer of so many names, which are to be set, and one holder.</summary>
    public void Begin(int length, long frame) => (_length, Frame, Holders) = (length, frame, 1);
}
