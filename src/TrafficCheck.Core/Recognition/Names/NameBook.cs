using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>
/// Which names stand behind an address, learned from the traffic alone: DNS answers with every name on their chain of aliases, server names of
/// TLS, Host headers. Entries outlive their time to live for as long as room is left; what was learned or used longest ago gives way, and is
/// counted. One thread at a time. <see cref="Names"/> only reads; call everything else in the order of the frames, then what it answers
/// depends on that order alone.
/// </summary>
public sealed partial class NameBook
{
    private const int MaxAliasesOfName = 8;

    private readonly NameBookLimits _limits;
    private readonly NamePool _names = new();
    private readonly NameShelf _shelf = new();
    private readonly PageIndex _pages;
    private readonly AnswerReader _answer = new();
    private readonly NameText?[] _known = new NameText?[AnswerReader.MaxChain];
    private readonly char[] _text = new char[DnsName.MaxText];
    private NamePage? _oldest, _newest;
    private long _pageBytes;
    private int _aliasPages;

    /// <param name="seed">Secret of the hash, random when null; it decides nothing that is answered.</param>
    public NameBook(NameBookLimits? limits = null, ulong? seed = null)
    {
        _limits = limits ?? new();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_limits.MaxEntries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_limits.MaxNamesPerClient);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_limits.MaxNamesPerAddress);
        _pages = new(KeyedHash.Create(seed));
    }

    /// <summary>Entries kept now. A DNS answer makes two for each of its names and addresses: one for the client, one for everybody.</summary>
    public int Entries { get; private set; }

    /// <summary>Memory in use as estimated, at most the limit whenever a call has returned. What waits to be used again takes an eighth of the limit at most.</summary>
    public long Bytes => _pageBytes + _names.Bytes;

    /// <summary>Entries that were ever made.</summary>
    public long Learned { get; private set; }

    /// <summary>Entries given up because the book was full.</summary>
    public long Evicted { get; private set; }

    /// <summary>Entries given up because one address, or one alias, had too many names.</summary>
    public long Replaced { get; private set; }

    /// <summary>Messages that say nothing of names: queries, errors, no readable question.</summary>
    public long Ignored { get; private set; }

    /// <summary>Records of answers that do not belong to the question, or are beyond the limits of one answer.</summary>
    public long Strays { get; private set; }

    /// <summary>Learns from an answer that <paramref name="client"/> was given.</summary>
    /// <returns>How many addresses the answer has for its question.</returns>
    public int Learn(in DnsMessage response, IpAddress client, long frame, long timeNs)
    {
        if (!response.IsResponse || response.Opcode != 0 || response.ResponseCode != 0 || !_answer.Read(response))
        {
            Ignored++;
            return 0;
        }

        Strays += _answer.Strays;
        for (int step = 0; step < _answer.ChainLength; step++) _known[step] = _names.Find(_answer.Name(step));
        NameChain? chain = null;
        var fact = new NameEntry { Client = client, FirstNs = timeNs, LastNs = timeNs, Source = NameSource.Dns };
        foreach (AnswerReader.FoundAddress found in _answer.Addresses)
        {
            fact.End = found.Step;
            fact.ExpiresNs = Later(timeNs, found.TtlSeconds);
            for (fact.Step = 0; fact.Step <= found.Step; fact.Step++)
            {
                Note(PageKey.Of(client, found.Address), _limits.MaxNamesPerClient, fact, ref chain, frame);
                Note(PageKey.OfAny(found.Address), _limits.MaxNamesPerAddress, fact, ref chain, frame);
            }
        }

        if (_answer.Addresses.IsEmpty && _answer.ChainLength > 1) NoteAlias(fact, ref chain, frame);
        if (chain is not null) Release(chain);
        Trim();
        return _answer.Addresses.Length;
    }

    /// <summary>Learns the name by which <paramref name="client"/> itself called <paramref name="server"/>.</summary>
    /// <param name="name">As the protocol carries it, without a port.</param>
    /// <returns>False when that is no host name; nothing was learned then.</returns>
    public bool Learn(IpAddress client, IpAddress server, ReadOnlySpan<byte> name, NameSource source, long frame, long timeNs)
    {
        if (!DnsName.TryFromText(name, _text, out int length))
        {
            Ignored++;
            return false;
        }

        _known[0] = _names.Find(_text.AsSpan(0, length));
        _answer.Take(_text.AsSpan(0, length));
        NameChain? chain = null;
        var fact = new NameEntry { Client = client, FirstNs = timeNs, LastNs = timeNs, ExpiresNs = long.MaxValue, Source = source };
        Note(PageKey.Of(client, server), _limits.MaxNamesPerClient, fact, ref chain, frame);
        Note(PageKey.OfAny(server), _limits.MaxNamesPerAddress, fact, ref chain, frame);
        if (chain is not null) Release(chain);
        Trim();
        return true;
    }

    /// <summary>
    /// The names are in use: a flow between the two began or goes on. Keeps them from giving way to others; it is no proof of anything.
    /// </summary>
    public void Use(IpAddress client, IpAddress address)
    {
        if (_pages.Find(PageKey.OfAny(address)) is { } any) Touch(any);
        if (_pages.Find(PageKey.Of(client, address)) is not { } page) return;
        Touch(page);
        foreach (AliasPath path in AliasesOf(page, client, address.IsV4)) Touch(path.Page);
    }

    /// <summary>
    /// A CNAME without an address: a resolver goes on asking for the target, and the address comes in another message. Only an answer about
    /// one family says that the address is missing; one about A tells nothing of IPv6.
    /// </summary>
    private void NoteAlias(NameEntry fact, ref NameChain? chain, long frame)
    {
        int last = _answer.ChainLength - 1;
        if (_known[last] is not { } target)
        {
            chain = MakeChain(frame);
            target = chain.Names[last];
        }

        fact.End = (byte)last;
        if (_answer.QuestionType != DnsRecordType.Aaaa)
            Note(PageKey.OfAlias(fact.Client, target, ipv4: true), MaxAliasesOfName, fact, ref chain, frame);
        if (_answer.QuestionType != DnsRecordType.A)
            Note(PageKey.OfAlias(fact.Client, target, ipv4: false), MaxAliasesOfName, fact, ref chain, frame);
    }

    private void Note(PageKey key, int room, NameEntry fact, ref NameChain? chain, long frame)
    {
        NamePage? page = _pages.Find(key);
        if (page is null) page = AddPage(key);
        else Touch(page);
        if ((chain?.Names[fact.Step] ?? _known[fact.Step]) is { } name && page.IndexOf(name, fact.Source) is >= 0 and int index)
        {
            ref NameEntry known = ref page.Entries[index];
            known.Asked |= fact.Step == 0;
            known.FirstNs = Math.Min(known.FirstNs, fact.FirstNs);
            known.LastNs = Math.Max(known.LastNs, fact.LastNs);
            known.ExpiresNs = Math.Max(known.ExpiresNs, fact.ExpiresNs);
            return;
        }

        // From here on the chain holds its names, so that what gives way below cannot take them along.
        fact.Chain = chain ??= MakeChain(frame);
        fact.Asked = fact.Step == 0;
        chain.Holders++;
        Learned++;
        if (page.Count < room)
        {
            if (page.Count == page.Entries.Length)
            {
                _pageBytes -= page.Bytes;
                _shelf.Enlarge(page);
                _pageBytes += page.Bytes;
            }

            page.Entries[page.Count++] = fact;
            Entries++;
            return;
        }

        int oldest = 0;
        for (int i = 1; i < page.Count; i++)
        {
            if (page.Entries[i].LastNs < page.Entries[oldest].LastNs) oldest = i;
        }

        NameChain old = page.Entries[oldest].Chain;
        page.Entries[oldest] = fact;
        page.Overflowed = true;
        Replaced++;
        Release(old);
    }

    private NameChain MakeChain(long frame)
    {
        NameChain chain = _shelf.TakeChain(_answer.ChainLength, frame);
        for (int step = 0; step < _answer.ChainLength; step++) chain.Names[step] = _names.Hold(_answer.Name(step));
        _pageBytes += chain.Bytes;
        return chain;
    }

    private void Release(NameChain chain)
    {
        if (--chain.Holders > 0) return;
        _pageBytes -= chain.Bytes;
        foreach (NameText name in chain.Names) _names.Release(name);
        _shelf.Give(chain);
    }

    private NamePage AddPage(PageKey key)
    {
        NamePage page = _shelf.TakePage();
        page.Begin(key);
        _pages.Add(page);
        _pageBytes += page.Bytes;
        if (key.IsAlias) _aliasPages++;
        Append(page);
        return page;
    }

    private void Trim()
    {
        while (_oldest is { } page && (Entries > _limits.MaxEntries || Bytes > _limits.MaxBytes))
        {
            Unlink(page);
            _pages.Remove(page);
            if (page.Key.IsAlias) _aliasPages--;
            _pageBytes -= page.Bytes;
            Entries -= page.Count;
            Evicted += page.Count;
            foreach (NameEntry entry in page.Used) Release(entry.Chain);
            _shelf.Give(page);
        }

        // Answers of another shape than those before do not find what they need on the shelf.
        if (_shelf.FreeBytes + _names.FreeBytes <= _limits.MaxBytes / 8) return;
        _shelf.Forget();
        _names.Forget();
    }

    private void Touch(NamePage page)
    {
        if (page == _newest) return;
        Unlink(page);
        Append(page);
    }

    private void Append(NamePage page)
    {
        page.Older = _newest;
        page.Newer = null;
        if (_newest is null) _oldest = page;
        else _newest.Newer = page;
        _newest = page;
    }

    private void Unlink(NamePage page)
    {
        if (page.Older is null) _oldest = page.Newer;
        else page.Older.Newer = page.Newer;
        if (page.Newer is null) _newest = page.Older;
        else page.Newer.Older = page.Older;
    }

    /// <summary>Times come from the capture and may lie at the ends of their range.</summary>
    private static long Later(long timeNs, uint seconds)
    {
        long more = seconds * 1_000_000_000L;
        return timeNs > long.MaxValue - more ? long.MaxValue : timeNs + more;
    }
}
