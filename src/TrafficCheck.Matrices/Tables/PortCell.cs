using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Ports of one cell that share their transports.</summary>
/// <param name="Transports">Empty when the cell does not say.</param>
internal sealed record PortGroup(List<PortRange> Ports, List<byte> Transports);

/// <summary>
/// Reads a cell of ports: lists, ranges, <c>443/TCP (HTTPS)</c>, <c>tcp 80; icmp 8</c>, <c>1024 and above</c>, <c>49152-65535 dynamic</c>,
/// <c>20 (source)</c>, <c>any</c>. One pass over the cell; never throws.
/// </summary>
internal sealed class PortCell
{
    /// <summary>IANA's dynamic ports (RFC 6335), for cells that say "dynamic" and no number.</summary>
    private static readonly PortRange s_dynamic = new(49152, 65535);

    private static readonly HashSet<string> s_noise = new(StringComparer.OrdinalIgnoreCase)
    {
        "port", "ports", "and", "or", "und", "oder", "et", "ou", "y", "e", "o", "range", "ranges", "default", "number", "numbers", "from", "via", "optional", "both", "puerto", "puertos", "porta", "porte", "ポート", "端口", "及び", "または", "和", "或",
        "the", "of", "plus", "protocol", "proto", "ip",
    };

    private static readonly HashSet<string> s_dynamicWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "dynamic", "ephemeral", "high", "random", "rpc", "dynamisch", "dynamische", "dynamique", "dynamiques", "dinámico", "dinámicos", "dinamico", "dinamici", "動的", "动态", "passive", "unprivileged",
    };

    private static readonly HashSet<string> s_rangeWords = new(StringComparer.OrdinalIgnoreCase) { "to", "through", "thru", "bis", "à", "a", "hasta", "al", "から", "至", "到" };
    private static readonly HashSet<string> s_upWords = new(StringComparer.OrdinalIgnoreCase) { "above", "higher", "up", "greater", "höher", "plus", "upwards", "onwards" };
    private static readonly HashSet<string> s_sourceWords = new(StringComparer.OrdinalIgnoreCase) { "source", "src", "source-port", "from-source-port" };

    private readonly string _text;
    private readonly List<(PortRange Range, List<byte> Transports)> _entries = [];
    private readonly List<byte> _prefix = [];
    private int _at, _pendingFrom;
    private bool _prefixStyle, _dynamicWord, _suffixed;

    private PortCell(string text) => _text = text;

    /// <summary>Ports by transport, in the order of the cell; empty for a blank cell.</summary>
    public List<PortGroup> Groups { get; } = [];

    /// <summary>Text in brackets and words such as <c>dynamic</c>: what the ports are for.</summary>
    public string Label { get; private set; } = "";

    /// <summary>The ports are those that the initiator sends from.</summary>
    public bool FromSource { get; private set; }

    /// <summary>The cell says "dynamic" without numbers, and IANA's range was taken.</summary>
    public bool AssumedDynamic { get; private set; }

    /// <summary>Transports without ports: <c>ICMP</c>, <c>ESP</c>.</summary>
    public IReadOnlyList<byte> Bare => _prefix;

    /// <summary>What is not understood; null when all is.</summary>
    public string? Problem { get; private set; }

    /// <param name="cell">A cell without markup and footnote marks.</param>
    public static PortCell Read(string cell)
    {
        var read = new PortCell(Widths.Narrow(cell).Trim());
        read.Read();
        return read;
    }

    private void Read()
    {
        if (_text is "" or "-" or "n/a" or "N/A" or "none" or "--") return;
        if (_text == "*") _entries.Add((PortRange.Any, []));
        else
        {
            while (Problem is null && _at < _text.Length) Token();
        }

        if (Problem is null && _entries.Count == 0 && _dynamicWord)
        {
            AssumedDynamic = true;
            _entries.Add((s_dynamic, [.. _prefix]));
            _prefix.Clear();
        }

        if (Problem is null && _entries.Count > DocumentLimits.Ports) Problem = string.Create(CultureInfo.InvariantCulture, $"more than {DocumentLimits.Ports} ports and ranges in one cell");
        if (Problem is null) Group();
    }

    private void Token()
    {
        char c = _text[_at];
        if (char.IsAsciiDigit(c)) Number(0);
        else if (char.IsLetter(c)) Word();
        else if (c == '(' || c == '[') Bracket(c == '(' ? ')' : ']');
        else if (c is '>' or '≥')
        {
            bool orEqual = c == '≥' || (_at + 1 < _text.Length && _text[_at + 1] == '=');
            _at += orEqual && c == '>' ? 2 : 1;
            SkipBlanks();
            if (_at < _text.Length && char.IsAsciiDigit(_text[_at])) Number(orEqual ? 1 : 2);
            else Problem = "'>' without a number";
        }
        else if (c is ';' or '\n')
        {
            _prefix.Clear();
            _pendingFrom = _entries.Count;
            _suffixed = false;
            _at++;
        }
        else if (c is ',' or '/' or '&' or '+' or '|' or '.' or ':' or '-' || char.IsWhiteSpace(c))
        {
            // A colon or hyphen joins a transport with its port (TCP-3268); between numbers it was taken with them.
            _at++;
        }
        else if (c == '*' && _entries.Count == 0 && _prefix.Count > 0)
        {
            AddRange(PortRange.Any);
            _at++;
        }
        else Problem = $"'{Quoted.Of(c.ToString())}' stands where a port is expected";
    }

    /// <param name="above">0: the number is a port or begins a range; 1: all ports from it on; 2: all ports above it.</param>
    private void Number(int above)
    {
        if (!TryNumber(out int first)) return;
        if (above > 0)
        {
            if (above == 2 && first == ushort.MaxValue) Problem = "no port is above 65535";
            else AddRange(new((ushort)(first + above - 1), ushort.MaxValue));
            return;
        }

        int mark = _at;
        SkipBlanks();
        if (_at < _text.Length && _text[_at] == '-')
        {
            while (_at < _text.Length && (_text[_at] == '-' || _text[_at] == ' ')) _at++;
            if (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
            {
                EndRange(first);
                return;
            }

            AddRange(new((ushort)first, (ushort)first));
            return;
        }

        if (_at < _text.Length && _text[_at] == '+' && !NextIsDigit(_at + 1))
        {
            _at++;
            AddRange(new((ushort)first, ushort.MaxValue));
            return;
        }

        string word = PeekWord(_at, out int after);
        if (s_rangeWords.Contains(word) && NextIsDigit(after))
        {
            _at = after;
            SkipBlanks();
            EndRange(first);
            return;
        }

        if (word.Equals("and", StringComparison.OrdinalIgnoreCase) || word.Equals("or", StringComparison.OrdinalIgnoreCase) || word.Equals("und", StringComparison.OrdinalIgnoreCase))
        {
            if (s_upWords.Contains(PeekWord(after, out int upAfter)))
            {
                _at = upAfter;
                AddRange(new((ushort)first, ushort.MaxValue));
                return;
            }
        }

        _at = mark;
        AddRange(new((ushort)first, (ushort)first));
    }

    private void EndRange(int first)
    {
        if (!TryNumber(out int last)) return;
        int mark = _at;
        SkipBlanks();
        bool another = _at < _text.Length && _text[_at] == '-' && NextIsDigit(_at + 1);
        _at = mark;
        if (last < first) Problem = string.Create(CultureInfo.InvariantCulture, $"the range {first}-{last} runs backwards");
        else if (another) Problem = "a range has two ends";
        else AddRange(new((ushort)first, (ushort)last));
    }

    private bool TryNumber(out int number)
    {
        int from = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        if (int.TryParse(_text.AsSpan(from, _at - from), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= ushort.MaxValue) return true;
        Problem = $"{Quoted.Of(_text[from.._at])} is above 65535";
        return false;
    }

    private void AddRange(PortRange range)
    {
        if (_entries.Count > DocumentLimits.Ports)
        {
            _at = _text.Length;
            return;
        }

        // After "443/TCP", a further number begins a new list with its own transports.
        if (_suffixed)
        {
            _pendingFrom = _entries.Count;
            _suffixed = false;
        }

        _entries.Add((range, [.. _prefix]));
    }

    private void Word()
    {
        string word = PeekWord(_at, out int after);
        string slug = Quoted.Slug(word);
        _at = after;
        if (_entries.Count == 0 && _prefix.Count == 0 && (slug is "protocol" or "proto" or "protokoll") && NextIsDigit(after)) IpNumber();
        else if (ProtocolWords.TryTransport(word, out byte protocol) && !word.Equals("ip", StringComparison.OrdinalIgnoreCase)) Transport(protocol);
        else if (ProtocolWords.IsAny(word)) AddRange(PortRange.Any);
        else if (s_dynamicWords.Contains(word))
        {
            _dynamicWord = true;
            AddLabel(word);
        }
        else if (ProtocolWords.TryApplication(slug, out _, out _)) AddLabel(word);
        else if (!s_noise.Contains(word) && !(s_sourceWords.Contains(slug) && (FromSource = true)))
        {
            Problem = $"'{Quoted.Of(word)}' is no port, range or transport";
        }
    }

    /// <summary><c>IP protocol 50</c>: the number is that of the protocol, not a port.</summary>
    private void IpNumber()
    {
        SkipBlanks();
        if (!TryNumber(out int number)) return;
        if (number > byte.MaxValue) Problem = "an IP protocol number is at most 255";
        else _prefix.Add((byte)number);
    }

    private void Transport(byte protocol)
    {
        if (_entries.Count == 0 && _prefix.Count == 0) _prefixStyle = true;
        if (_prefixStyle || _pendingFrom >= _entries.Count)
        {
            // "tcp 80, udp 53": a transport after numbers begins anew; "TCP/UDP 53": one beside another joins it.
            if (_entries.Count > _pendingFrom)
            {
                _prefix.Clear();
                _pendingFrom = _entries.Count;
            }

            if (!_prefix.Contains(protocol)) _prefix.Add(protocol);
            return;
        }

        for (int i = _pendingFrom; i < _entries.Count; i++)
        {
            if (!_entries[i].Transports.Contains(protocol)) _entries[i].Transports.Add(protocol);
        }

        _suffixed = true;
    }

    private void Bracket(char close)
    {
        int end = _text.IndexOf(close, _at + 1);
        string inside = (end < 0 ? _text[(_at + 1)..] : _text[(_at + 1)..end]).Trim();
        _at = end < 0 ? _text.Length : end + 1;
        if (s_sourceWords.Contains(Quoted.Slug(inside))) FromSource = true;
        else if (!_prefixStyle && _entries.Count > 0 && ProtocolWords.TryTransport(inside, out byte protocol)) Transport(protocol);
        else if (_entries.Count == 0 && int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue)
        {
            // "HTTP (80)" names the port; "ESP (50)" repeats the number of the protocol.
            if (_prefix.Count == 0 || _prefix.Exists(TransportNames.HasPorts)) AddRange(new((ushort)port, (ushort)port));
            else if (_prefix is not [var only] || only != port) Problem = $"'{Quoted.Of(inside)}' is not the number of {TransportNames.Of(_prefix[0])}";
        }
        else AddLabel(inside);
    }

    private void AddLabel(string label)
    {
        if (Label.Length < 200 && label.Length > 0) Label = Label.Length == 0 ? label : Label + " " + label;
    }

    private void Group()
    {
        var byTransports = new Dictionary<string, PortGroup>(StringComparer.Ordinal);
        foreach (var (range, transports) in _entries)
        {
            List<byte> sorted = [.. transports.Distinct().Order()];
            string key = string.Join(',', sorted);
            if (!byTransports.TryGetValue(key, out PortGroup? group))
            {
                byTransports[key] = group = new([], sorted);
                Groups.Add(group);
            }

            group.Ports.Add(range);
        }

        for (int i = 0; i < Groups.Count; i++) Groups[i] = Groups[i] with { Ports = Merge(Groups[i].Ports) };
        if (_entries.Count > 0) _prefix.RemoveAll(p => _entries.Exists(e => e.Transports.Contains(p)));
    }

    /// <summary>Ascending, without overlaps. Neighbours stay apart, as the document wrote them.</summary>
    public static List<PortRange> Merge(IEnumerable<PortRange> ports)
    {
        var merged = new List<PortRange>();
        foreach (PortRange range in ports.OrderBy(p => p.First).ThenBy(p => p.Last))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last) merged[^1] = new(merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else merged.Add(range);
        }

        return merged;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }

    private bool NextIsDigit(int from)
    {
        while (from < _text.Length && _text[from] == ' ') from++;
        return from < _text.Length && char.IsAsciiDigit(_text[from]);
    }

    private string PeekWord(int from, out int after)
    {
        while (from < _text.Length && _text[from] == ' ') from++;
        int end = from;
        while (end < _text.Length && (char.IsLetter(_text[end]) || (end > from && char.IsAsciiDigit(_text[end]) && char.IsAsciiLetter(_text[end - 1]) && IsVersioned(from, end)))) end++;
        after = end;
        return end - from > 64 ? _text[from..(from + 64)] : _text[from..end];
    }

    /// <summary>The digit of ICMPv6 and the like is part of the word; that of TCP80 is not.</summary>
    private bool IsVersioned(int from, int digit) => _text.AsSpan(from, digit - from).Equals("icmpv", StringComparison.OrdinalIgnoreCase) || _text.AsSpan(from, digit - from).Equals("ipv", StringComparison.OrdinalIgnoreCase);
}
