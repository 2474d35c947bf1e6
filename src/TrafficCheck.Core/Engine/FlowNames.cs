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

    private static readonly IdnMapping s_idn = new();

    private readonly List<string> _names = [];
    private readonly Dictionary<string, uint> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly string[] _wildcards;
    private readonly int _maxNames;
    private readonly char[] _text = new char[DnsName.MaxText];
    private readonly byte[] _ascii = new byte[DnsName.MaxWire];
    private long _characters;

    public FlowNames(AllowedMatrix matrix, int maxNames = MaxNames)
    {
        _bySpan = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        Add("");
        Add("");
        string[] asked = [.. matrix.Rows.SelectMany(r => r.Peers).Select(p => p.Name).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        foreach (string name in asked) Add(name);
        _wildcards = [.. asked.Where(n => n.StartsWith("*.", StringComparison.Ordinal)).OrderByDescending(n => n.Length)];
        _maxNames = maxNames + _names.Count;
    }

    /// <summary>Number of a name that nobody keeps and no row asks for.</summary>
    public const uint NotKept = 1;

    /// <summary>Names that found no room; one that comes again counts again.</summary>
    public long Truncated { get; private set; }

    /// <summary>Empty for <see cref="NotKept"/>.</summary>
    public string this[uint number] => _names[(int)number];

    /// <summary>The number of a name, or 0 when the bytes are no host name.</summary>
    public uint Number(ReadOnlySpan<byte> name)
    {
        if (name.Length <= DnsName.MaxWire && !Ascii.IsValid(name)) name = ToAscii(name, _ascii);
        if (!DnsName.TryFromText(name, _text, out int length)) return 0;
        ReadOnlySpan<char> text = _text.AsSpan(0, length);
        if (_bySpan.TryGetValue(text, out uint number)) return number;
        if (_names.Count < _maxNames && _characters + length <= MaxCharacters) return Add(text.ToString());
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
        var number = (uint)_names.Count;
        _names.Add(name);
        _characters += name.Length;
        if (name.Length > 0) _numbers.Add(name, number);
        return number;
    }
}
