using System.Net;
using System.Text.RegularExpressions;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Documents;

/// <summary>The hosts that a cell or a text names.</summary>
/// <param name="Any">The cell says that any host may be the peer.</param>
/// <param name="Roles">Words that are neither addresses nor host names nor groups, such as <c>Domain controller</c>.</param>
/// <param name="Cut">Peers beyond the limit, which are left out.</param>
internal sealed record PeerReading(IReadOnlyList<RowPeer> Peers, bool Any, IReadOnlyList<string> Roles, int Cut);

/// <summary>Reads peers out of cells and prose. Linear in the text; never throws.</summary>
internal static partial class PeerCell
{
    private const int MaxDoubtful = 8;

    private static readonly HashSet<string> s_any = new(StringComparer.Ordinal)
    {
        "", "any", "all", "*", "anywhere", "everywhere", "internet", "the-internet", "world", "any-host", "any-hosts", "all-hosts", "any-address", "any-ip", "external",
        "alle", "beliebig", "jeder", "tous", "toutes", "todos", "todas", "cualquiera", "tutti", "qualsiasi", "すべて", "任意", "任何", "全部", "所有", "n-a", "none",
    };

    private static readonly HashSet<string> s_versionWords = new(StringComparer.OrdinalIgnoreCase) { "version", "versions", "release", "build", "v" };

    /// <summary>A cell of a column of hosts. Words separated by commas, semicolons, line breaks, <c>or</c>, <c>and</c>.</summary>
    public static PeerReading Read(IEnumerable<string> items, DocumentSettings settings)
    {
        var found = new Found();
        bool any = false;
        var roles = new List<string>();
        foreach (string item in items)
        {
            string word = item.Trim().Trim('"', '\'').Trim();
            string slug = Quoted.Slug(word);
            if (word.Length == 0) continue;
            if (s_any.Contains(slug) || word is "-" or "–" or "—" or "0.0.0.0/0" or "::/0") any = true;
            else if (settings.Groups.TryGetValue(slug, out var group))
            {
                any |= group.Count == 0;
                foreach (RowPeer peer in group) found.Add(peer);
            }
            else if (!TryPeers(word, found)) roles.Add(word);
        }

        return new(found.Peers, any, roles, found.Cut);
    }

    /// <summary>The items of one cell. Blanks separate too when every word between them is a host.</summary>
    public static IEnumerable<string> Items(string cell)
    {
        foreach (string part in Separators().Split(cell))
        {
            string item = part.Trim();
            if (item.Length == 0) continue;
            string[] words = item.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && words.All(IsPeer))
            {
                foreach (string word in words) yield return word;
            }
            else yield return item;
        }
    }

    /// <summary>
    /// Addresses, prefixes, URLs and host names in prose, in the order in which they stand there. <see cref="PeerReading.Roles"/> are words that
    /// look like addresses and are none.
    /// </summary>
    public static PeerReading InProse(string prose)
    {
        var found = new Found();
        var doubtful = new List<string>();
        string before = "";
        for (Match match = Words().Match(prose); match.Success; match = match.NextMatch())
        {
            string word = match.Value.TrimEnd('.', ',', ':', '/', '-');
            bool mail = match.Index > 0 && prose[match.Index - 1] == '@';
            bool version = s_versionWords.Contains(before);
            before = word;
            if (mail || word.Length < 3 || (!word.Contains('.', StringComparison.Ordinal) && !word.Contains(':', StringComparison.Ordinal))) continue;
            string host = HostNames.HostOf(word);
            if (AddressCell.TryRead(word, out List<IPNetwork> networks) || AddressCell.TryRead(host, out networks))
            {
                if (version && networks.Count == 1) continue;
                foreach (IPNetwork network in networks) found.Add(RowPeer.Of(network));
                continue;
            }

            if (!version && doubtful.Count < MaxDoubtful && AddressCell.LooksLikeOne(host) && !IsPathBehindAddress(host)) doubtful.Add(word);
            int slash = host.IndexOf('/', StringComparison.Ordinal);
            if (slash >= 0 && AddressCell.TryAddress(host[..slash], out _)) continue;
            if (slash >= 0) host = HostNames.HostOf(host[..slash]);
            if (HostNames.TryFromProse(host, out string name)) found.Add(RowPeer.Of(name));
        }

        return new(found.Peers, false, doubtful, found.Cut);
    }

    /// <summary><c>192.0.2.7/status.html</c>: what follows the slash is no length.</summary>
    private static bool IsPathBehindAddress(string host)
    {
        int slash = host.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && AddressCell.TryAddress(host[..slash], out _) && !host[(slash + 1)..].All(c => char.IsAsciiDigit(c) || c == '.');
    }

    private static bool IsPeer(string word) => TryPeers(word, new Found());

    private static bool TryPeers(string word, Found found)
    {
        if (AddressCell.TryRead(word, out List<IPNetwork> networks))
        {
            foreach (IPNetwork network in networks) found.Add(RowPeer.Of(network));
            return true;
        }

        string host = HostNames.HostOf(word);
        if (AddressCell.TryAddress(host, out IPAddress? address))
        {
            found.Add(RowPeer.Of(new IPNetwork(address, address.GetAddressBytes().Length * 8)));
            return true;
        }

        if (!HostNames.TryFromCell(host, out string name)) return false;
        found.Add(RowPeer.Of(name));
        return true;
    }

    private sealed class Found
    {
        private readonly HashSet<RowPeer> _known = [];

        public List<RowPeer> Peers { get; } = [];

        public int Cut { get; private set; }

        public void Add(RowPeer peer)
        {
            if (_known.Contains(peer)) return;
            if (Peers.Count >= DocumentLimits.Peers)
            {
                Cut++;
                return;
            }

            _known.Add(peer);
            Peers.Add(peer);
        }
    }

    [GeneratedRegex(@"[,;，、；\n]|\s(?:or|and|und|oder|et|ou|y|o|e)\s|<br */?>", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Separators();

    [GeneratedRegex(@"(?:[A-Za-z]+://)?(?:\*\.|[A-Za-z0-9])[A-Za-z0-9_.:/\-]*", RegexOptions.NonBacktracking)]
    private static partial Regex Words();
}
