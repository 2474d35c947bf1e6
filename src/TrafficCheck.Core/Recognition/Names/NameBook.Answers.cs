using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Names;

public sealed partial class NameBook
{
    /// <summary>More aliases over several messages than this are no proof any more, and no traffic either.</summary>
    private const int MaxPaths = 32;

    /// <summary>
    /// The names of <paramref name="address"/>: those that the client learned itself, then those that any client did. Looks nothing up, changes
    /// nothing.
    /// </summary>
    /// <param name="timeNs">When the flow in question began: says which names were known by then, and which were past their time to live.</param>
    /// <param name="untilFrame">What later frames showed is left out, as far as what they showed again can be told from it.</param>
    public PeerNames Names(IpAddress client, IpAddress address, long timeNs, long untilFrame = long.MaxValue)
    {
        NamePage? own = _pages.Find(PageKey.Of(client, address)), any = _pages.Find(PageKey.OfAny(address));
        if (own is null && any is null) return PeerNames.None;
        var seen = new HashSet<(string, NameSource)>();
        var proofs = new List<NameProof>();
        if (own is not null)
        {
            foreach (NameEntry entry in own.Used) Add(Proof(entry, client, timeNs));
            foreach (AliasPath path in AliasesOf(own, client, address.IsV4))
            {
                for (int step = 0; step < path.Alias.End; step++) Add(Proof(path, step, client, timeNs));
            }
        }

        if (any is not null)
        {
            foreach (NameEntry entry in any.Used) Add(Proof(entry, client, timeNs));
        }

        proofs.Sort(ByStrength);
        return new(proofs, IsShared(any, untilFrame) || IsShared(own, untilFrame), own is { Overflowed: true } || any is { Overflowed: true });

        void Add(NameProof proof)
        {
            if (proof.Frame <= untilFrame && seen.Add((proof.Name, proof.Source))) proofs.Add(proof);
        }
    }

    private static int ByStrength(NameProof x, NameProof y)
    {
        int order = y.SameClient.CompareTo(x.SameClient);
        if (order == 0) order = x.Later.CompareTo(y.Later);
        if (order == 0) order = x.TimeNs.CompareTo(y.TimeNs); // before the frame: numbers are those of frames as they were stored
        if (order == 0) order = x.Frame.CompareTo(y.Frame);
        if (order == 0) order = string.CompareOrdinal(x.Name, y.Name);
        return order == 0 ? x.Source.CompareTo(y.Source) : order;
    }

    /// <summary>Aliases of one question are one name for this purpose; two questions that lead here are two.</summary>
    private static bool IsShared(NamePage? page, long untilFrame)
    {
        if (page is null) return false;
        NameText? first = null;
        foreach (NameEntry entry in page.Used)
        {
            if (!entry.Asked || entry.Chain.Frame > untilFrame) continue;
            first ??= entry.Name;
            if (!ReferenceEquals(entry.Name, first)) return true;
        }

        return page.Overflowed;
    }

    private static NameProof Proof(in NameEntry entry, IpAddress client, long timeNs) => new()
    {
        Name = entry.Name.Value,
        Source = entry.Source,
        Client = entry.Client,
        SameClient = entry.Client == client,
        Frame = entry.Chain.Frame,
        TimeNs = entry.FirstNs,
        LastTimeNs = entry.LastNs,
        Later = entry.FirstNs > timeNs,
        PastTtl = entry.ExpiresNs < timeNs,
        Chain = Steps(entry, entry.Step, entry.End),
    };

    private static NameProof Proof(AliasPath path, int step, IpAddress client, long timeNs)
    {
        List<ChainStep> steps = Steps(path.Alias, step, path.Alias.End - 1);

        // The proof is whole with the last message that is needed for it: the last by time, because numbers follow the order of storage.
        (long FirstNs, long Frame) last = (path.Alias.FirstNs, path.Alias.Chain.Frame);
        for (AliasPath? before = path.Before; before is not null; before = before.Before)
        {
            steps.AddRange(Steps(before.Alias, 0, before.Alias.End - 1));
            last = Later(last, before.Alias);
        }

        NameEntry address = path.Address;
        steps.AddRange(Steps(address, 0, address.End));
        last = Later(last, address);
        return new()
        {
            Name = path.Alias.Chain.Names[step].Value,
            Source = NameSource.Dns,
            Client = client,
            SameClient = true,
            Frame = last.Frame,
            TimeNs = last.FirstNs,
            LastTimeNs = Math.Max(path.Alias.LastNs, address.LastNs),
            Later = last.FirstNs > timeNs,
            PastTtl = address.ExpiresNs < timeNs,
            Chain = steps,
        };
    }

    private static (long FirstNs, long Frame) Later((long FirstNs, long Frame) one, NameEntry entry) =>
        (entry.FirstNs, entry.Chain.Frame).CompareTo(one) > 0 ? (entry.FirstNs, entry.Chain.Frame) : one;

    private static List<ChainStep> Steps(in NameEntry entry, int first, int last)
    {
        var steps = new List<ChainStep>(last - first + 1);
        for (int step = first; step <= last; step++) steps.Add(new(entry.Chain.Names[step].Value, entry.Chain.Frame));
        return steps;
    }

    /// <summary>Aliases that lead to the names of a page over messages without an address, the nearest first.</summary>
    private List<AliasPath> AliasesOf(NamePage page, IpAddress client, bool ipv4)
    {
        // Only a resolver that asks its way down leaves any.
        if (_aliasPages == 0) return [];
        var paths = new List<AliasPath>();
        var heads = new HashSet<NameText>();
        foreach (NameEntry entry in page.Used)
        {
            if (entry.Source == NameSource.Dns && heads.Add(entry.Chain.Head)) Extend(entry.Chain.Head, entry, null);
        }

        for (int i = 0; i < paths.Count && paths.Count < MaxPaths; i++)
        {
            NameText head = paths[i].Alias.Chain.Head;
            if (heads.Add(head)) Extend(head, paths[i].Address, paths[i]);
        }

        return paths;

        void Extend(NameText head, NameEntry address, AliasPath? before)
        {
            if (_pages.Find(PageKey.OfAlias(client, head, ipv4)) is not { } aliases) return;
            foreach (NameEntry alias in aliases.Used)
            {
                if (paths.Count < MaxPaths) paths.Add(new(aliases, alias, address, before));
            }
        }
    }

    /// <param name="Page">Where the alias stands.</param>
    /// <param name="Alias">The chain that ends at the head of what comes next: <paramref name="Before"/>, or <paramref name="Address"/>.</param>
    private sealed record AliasPath(NamePage Page, NameEntry Alias, NameEntry Address, AliasPath? Before);
}
