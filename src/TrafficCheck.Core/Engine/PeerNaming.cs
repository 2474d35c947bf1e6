using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// The names that the capture itself gives to hosts: fed with DNS answers by the intake, and with the names by which clients call servers by the
/// reader of payloads; asked when flows are judged.
/// </summary>
internal sealed unsafe class PeerNaming
{
    /// <summary>Port of DNS (RFC 1035); answers from elsewhere name nobody.</summary>
    public const ushort DnsPort = 53;

    /// <summary>Held while a book is written or read: forks read them on other threads.</summary>
    private readonly Lock _books = new();

    private readonly NameBook _book = new(new NameBookLimits(MaxBytes: 32L << 20));

    /// <summary>
    /// Names of servers, kept apart from those of DNS, so that clients who invent names cannot crowd those out; and apart for each family, because
    /// payloads of the two are read at different times.
    /// </summary>
    private readonly NameBook[] _called = [new(new NameBookLimits(MaxBytes: 8L << 20)), new(new NameBookLimits(MaxBytes: 8L << 20))];

    /// <summary>Of a fork: the texts of names, what was counted when it was made, and the last frame before it.</summary>
    private readonly FlowNames.Texts[]? _texts;
    private readonly (long Evicted, long Truncated)? _then;
    private readonly long _untilFrame = long.MaxValue;
    private long _givenUp;

    private PeerNaming(PeerNaming from, long untilFrame)
    {
        (_books, _book, _called) = (from._books, from._book, from._called);
        Reader = from.Reader;
        Dns = from.Dns.Fork();
        _texts = from.Reader.Texts();
        _then = (from.Evicted, from.Truncated);
        _givenUp = from.GivenUp;
        _untilFrame = untilFrame;
    }

    public PeerNaming(AllowedMatrix matrix, FlowNotes notes, ProtectedHosts hosts)
    {
        Reader = new NameReader(matrix, notes, this);
        Dns = new DnsTally(hosts);
    }

    /// <summary>Reads the names that flows themselves show. Not for forks.</summary>
    public NameReader Reader { get; }

    /// <summary>What was seen of the DNS traffic of the protected hosts.</summary>
    public DnsTally Dns { get; }

    /// <summary>Entries given up because the books were full.</summary>
    public long Evicted => _then?.Evicted ?? _book.Evicted + _called[0].Evicted + _called[1].Evicted;

    /// <summary>Names of flows whose text was not kept, because there were too many.</summary>
    public long Truncated => _then?.Truncated ?? Reader.Truncated;

    /// <summary>Beginnings of split messages that gave way to others, or whose rest did not come.</summary>
    public long GivenUp => _texts is null ? Reader.GivenUp : _givenUp;

    /// <summary>The text of a name by the number that a <see cref="FlowNote"/> has; empty when it was not kept.</summary>
    public string Text(uint name) => _texts is null ? Reader.Text(name) : _texts[name & 1][name >> 1];

    /// <summary>
    /// The names as they are after a frame. The books are shared: a name that comes later is not seen by the fork, one that is given up later is missing in
    /// it, too.
    /// </summary>
    public PeerNaming Fork(long untilFrame) => new(this, untilFrame);

    /// <summary>A live flow counts as ended in the fork.</summary>
    public void EndInFork(in FlowSummary flow, uint number, ushort pending)
    {
        if (Reader.WouldGiveUp(in flow, number, pending)) _givenUp++;
    }

    /// <summary>Learns from the payload of a packet that port 53 sent; anything but an answer teaches nothing.</summary>
    public void Learn(in PacketSummary packet, IpAddress client, long frame, long timeNs)
    {
        // SAFETY: the decoder found the payload inside the captured bytes.
        var payload = new ReadOnlySpan<byte>(packet.Payload, packet.PayloadLength);
        DnsStatus status = packet.Protocol == Ip.Udp ? DnsMessage.TryWrap(payload, out DnsMessage message) : DnsMessage.TryWrapTcp(payload, out message, out _);
        if (status == DnsStatus.Invalid) return;
        if (message.IsResponse) Dns.Answered(client, (packet.Oddities & Oddities.PacketCut) != 0);
        lock (_books) _book.Learn(in message, client, frame, timeNs);
    }

    /// <summary>Learns the name by which a client called a server.</summary>
    public void Learn(IpAddress client, IpAddress server, ReadOnlySpan<byte> name, NameSource source, long frame, long timeNs)
    {
        lock (_books) _called[server.IsV4 ? 0 : 1].Learn(client, server, name, source, frame, timeNs);
    }

    /// <summary>
    /// Names of the remote end of a flow, the surest first. Where the client said in this very flow whom it means, that name and its aliases; else
    /// what the host was told when it asked, else what others were told. Empty when the capture names the peer nowhere.
    /// </summary>
    /// <param name="untilNs">Names shown later than that do not count.</param>
    public List<PeerName> NamesOf(in FlowSummary flow, bool peerIsHigh, long untilNs = long.MaxValue)
    {
        var names = new List<PeerName>();
        FlowNote note = flow.Note;
        bool named = note.Name != 0 && note.NameIsOfHigh == peerIsHigh;
        if (named) names.Add(new(Text(note.Name), (NameKind)note.NameKind, note.NameFrame));
        FlowEndpoints ends = flow.Ends;
        (IpAddress host, IpAddress peer) = peerIsHigh ? (ends.LowAddress, ends.HighAddress) : (ends.HighAddress, ends.LowAddress);
        List<NameProof> known = Known(host, peer, flow.FirstNs, untilNs, out bool shared);
        bool sure = named && ((NameKind)note.NameKind).IsSure();
        foreach (NameProof proof in known)
        {
            if (!sure)
            {
                Add(names, NameOf(proof, shared));
                continue;
            }

            if (proof.Source != NameSource.Dns || proof.Name != names[0].Name) continue;
            for (int step = 1; step < proof.Chain.Count; step++)
                Add(names, new(proof.Chain[step].Name, NameKind.Dns, proof.Chain[step].Frame) { Chain = [.. proof.Chain.Skip(step)] });
        }

        return names;
    }

    /// <summary>Names of a host as another one knows it, whatever the flow.</summary>
    public List<PeerName> NamesOf(IpAddress host, IpAddress peer, long timeNs)
    {
        var names = new List<PeerName>();
        foreach (NameProof proof in Known(host, peer, timeNs, long.MaxValue, out bool shared)) Add(names, NameOf(proof, shared));
        return names;
    }

    /// <summary>Whether several names lead to an address, by DNS or in the mouth of clients.</summary>
    public bool IsShared(IpAddress host, IpAddress peer)
    {
        Known(host, peer, 0, long.MaxValue, out bool shared);
        return shared;
    }

    private List<NameProof> Known(IpAddress host, IpAddress peer, long timeNs, long untilNs, out bool shared)
    {
        PeerNames told, called;
        lock (_books) (told, called) = (_book.Names(host, peer, timeNs, _untilFrame), _called[peer.IsV4 ? 0 : 1].Names(host, peer, timeNs, _untilFrame));
        shared = told.Shared || called.Shared || (told.Names.Count > 0 && called.Names.Any(c => !told.Names.Any(t => Leads(t, c.Name))));

        // The name that was asked for before the aliases that it led over: of one answer the longest chain first.
        List<NameProof> known = [.. told.Names.OrderByDescending(p => p.SameClient).ThenBy(p => p.Later).ThenBy(p => p.Frame).ThenByDescending(p => p.Chain.Count)];

        // What others called it says nothing about this host: one address serves many.
        foreach (NameProof proof in called.Names)
        {
            if (proof.SameClient) known.Add(proof);
        }

        known.RemoveAll(p => p.TimeNs > untilNs);
        if (known.Exists(p => p.SameClient)) known.RemoveAll(p => !p.SameClient);
        return known;
    }

    private static bool Leads(NameProof proof, string name) => proof.Chain.Any(s => s.Name == name);

    private static PeerName NameOf(NameProof proof, bool shared) => new(proof.Name, KindOf(proof.Source), proof.Frame, shared)
    {
        Chain = proof.Source == NameSource.Dns ? proof.Chain : null,
        ToldTo = proof.SameClient ? null : proof.Client,
        IsLater = proof.Later,
        IsPastTtl = proof.PastTtl,
    };

    private static void Add(List<PeerName> names, PeerName name)
    {
        if (!names.Exists(n => n.Name == name.Name)) names.Add(name);
    }

    private static NameKind KindOf(NameSource source) => source switch
    {
        NameSource.Sni => NameKind.TlsSni,
        NameSource.HttpHost => NameKind.HttpHost,
        _ => NameKind.Dns,
    };
}
