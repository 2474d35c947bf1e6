using System.Globalization;
using System.Text;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition.Names;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Names that clients called their servers by, each once, by number. Bounded: a name that finds no room is kept as the row's name that it
/// matches, or as <see cref="NotKept"/>, so that verdicts do not change and only its text is lost.
/// </summary>
internal sealed class FlowNames
{
    private const int MaxNames = 100_000;
    private const long MaxCharacters = 8 << 20;
    private const int Block = 1024;

    private static readonly IdnMapping s_idn = new();

    /// <summary>By number; in blocks, which forks share: what has a number keeps it there.</summary>
    private readonly List<string[]> _blocks = [];

    /// <summary>Numbers of names that were forgotten.</summary>
    private readonly Stack<uint> _free = [];

    private readonly Dictionary<string, uint> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly int _most;
    private string[] _wildcards = [];
    private HashSet<string> _asked = [];
    private int _maxNames, _count;
    private readonly char[] _text = new char[DnsName.MaxText];
    private readonly byte[] _ascii = new byte[DnsName.MaxWire];
    private long _characters;
    private uint _used;

    public FlowNames(AllowedMatrix matrix, int maxNames = MaxNames)
    {
        _bySpan = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        Add("");
        Add("");
        _most = maxNames;
        Ask(matrix);
    }

    /// <summary>Number of a name that nobody keeps and no row asks for.</summary>
    public const uint NotKept = 1;

    /// <summary>Names that found no room; one that comes again counts again.</summary>
    public long Truncated { get; private set; }

    /// <summary>Empty for <see cref="NotKept"/>.</summary>
    public string this[uint number] => _blocks[(int)(number / Block)][number % Block];

    /// <summary>The rows of a matrix ask for names: these have numbers whatever else there is.</summary>
    public void Ask(AllowedMatrix matrix)
    {
        _asked = [.. matrix.Rows.SelectMany(r => r.Peers).Select(p => p.Name).OfType<string>()];
        string[] asked = [.. _asked.Order(StringComparer.Ordinal)];
        foreach (string name in asked)
        {
            if (!_numbers.ContainsKey(name)) Add(name);
        }

        _wildcards = [.. asked.Where(n => n.StartsWith("*.", StringComparison.Ordinal)).OrderByDescending(n => n.Length)];
        _maxNames = _most + 2 + asked.Length;
    }

    /// <summary>Forgets the names that nobody has and no row asks for: their numbers are free for others. Forks keep them.</summary>
    public void Keep(IReadOnlySet<uint> numbers)
    {
        for (int i = 0; i < _blocks.Count; i++) _blocks[i] = (string[])_blocks[i].Clone();
        foreach (var (name, number) in _numbers.ToList())
        {
            if (numbers.Contains(number) || _asked.Contains(name)) continue;
            _numbers.Remove(name);
            _blocks[(int)(number / Block)][number % Block] = "";
            _free.Push(number);
            _count--;
            _characters -= name.Length;
        }
    }

    /// <summary>The texts by number as they are now, for another thread.</summary>
    public Texts Fork() => new([.. _blocks]);

    /// <summary>The number of a name, or 0 when the bytes are no host name.</summary>
    public uint Number(ReadOnlySpan<byte> name)
    {
        if (name.Length <= DnsName.MaxWire && !Ascii.IsValid(name)) name = ToAscii(name, _ascii);
        if (!DnsName.TryFromText(name, _text, out int length)) return 0;
        ReadOnlySpan<char> text = _text.AsSpan(0, length);
        if (_bySpan.TryGetValue(text, out uint number)) return number;
        if (_count < _maxNames && _characters + length <= MaxCharacters) return Add(text.ToString());
        Truncated++;
        foreach (string wildcard in _wildcards)
        {
            if (length > wildcard.Length - 1 && text.EndsWith(wildcard.AsSpan(1))) return _numbers[wildcard];
        }

        return NotKept;
    }

    /// <summary>A name in UTF-8, which no standard allows and some clients send, as the IDNA name that is meant; else the bytes as they are.</summary>
    private static ReadOnlySpan<byte> ToAscii(ReadOnlySpan<byte> name, byte[] ascii)
    {
        Span<char> chars = stackalloc char[DnsName.MaxWire];
        if (System.Text.Unicode.Utf8.ToUtf16(name, chars, out _, out int length, replaceInvalidSequences: false) != System.Buffers.OperationStatus.Done) return name;
        try
        {
            string mapped = s_idn.GetAscii(new string(chars[..length]).ToLowerInvariant());
            return mapped.Length <= ascii.Length ? ascii.AsSpan(0, Encoding.ASCII.GetBytes(mapped, ascii)) : name;
        }
        catch (ArgumentException)
        {
            // Not a name that IDNA knows; its bytes are shown escaped.
            return name;
        }
    }

    private uint Add(string name)
    {
        if (!_free.TryPop(out uint number))
        {
            number = _used++;
            if (number % Block == 0) _blocks.Add(new string[Block]);
        }

        _blocks[(int)(number / Block)][number % Block] = name;
        _count++;
        _characters += name.Length;
        if (name.Length > 0) _numbers.Add(name, number);
        return number;
    }

    internal sealed class Texts(string[][] blocks)
    {
        public string this[uint number] => blocks[number / Block][number % Block];
    }
}
