using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Says of undetermined flows what this capture does not show, and what capture would: whose DNS traffic, which direction and where, the beginning, or
/// whole packets.
/// </summary>
internal sealed class MissingWords(PeerNaming? names, CaptureInterfaces interfaces)
{
    private const int Named = 3;

    /// <summary>What is missing, in fixed order, and the capture that would settle it.</summary>
    public (IReadOnlyList<MissingEvidence> Missing, string Settle) Of(Reason reason, FindingState state)
    {
        var missing = new List<MissingEvidence>();
        var settle = new List<string>();
        if (reason == Reason.PeerNameUnknown) OfNames(state, missing, settle);
        for (Lack lack = Lack.None + 1; state.Lacks is { } lacks && lack < Lack.Count; lack++)
        {
            if (lacks[lack] > 0) OfFlows(lack, lacks, reason, state, missing, settle);
        }

        if (reason is Reason.PeerNameUnknown) settle.Add(state.Peers.Count == 1 ? "or write the address into the row" : "or write the addresses into the row");
        return (missing, string.Join("; ", settle.Distinct()));
    }

    private void OfNames(FindingState state, List<MissingEvidence> missing, List<string> settle)
    {
        string peers = Hosts(state.Peers), none = $"no name for {peers} in this capture: ";
        if (names is null) return;
        long others = state.Hosts.Count - state.Hosts.Sample.Count();
        foreach (var group in state.Hosts.Sample.Select(h => (Host: h, Seen: names.Dns.Of(h))).GroupBy(h => CaseOf(h.Seen)).OrderBy(g => g.Key))
        {
            IpAddress[] hosts = [.. group.Select(g => g.Host).Order()];
            string who = List(hosts.Select(h => h.ToString()), hosts.Length), servers = List(group.Select(g => g.Seen.Server).Distinct().Order().Select(s => s.ToString()), Named);
            long answers = group.Sum(g => g.Seen.Answers), cut = group.Sum(g => g.Seen.CutAnswers), flows = group.Sum(g => g.Seen.Flows), hidden = group.Sum(g => g.Seen.EncryptedFlows);
            string more = hidden == 0 ? "" : $"; {Count(hidden, "flow")} to port 853 (DNS over TLS or QUIC) {(hidden == 1 ? "hides" : "hide")} what was asked there";
            switch (group.Key)
            {
                case DnsCase.NotCaptured:
                    string told = names.Dns.OtherAnswers == 0 ? "" : $" ({Count(names.Dns.OtherAnswers, "answer")} to other hosts gave none either)";
                    missing.Add(new("dns-not-captured", null, $"{none}DNS traffic of {who} was not captured{told}"));
                    settle.Add($"capture port 53 of {who} from before the flows begin (DNS over HTTPS looks like any flow to port 443 and shows no names)");
                    break;
                case DnsCase.Encrypted:
                    missing.Add(new("dns-encrypted", null, $"{none}{who} asked for names over encrypted DNS only ({Count(hidden, "flow")} to port 853), which shows none"));
                    settle.Add("no capture shows names that were asked for over encrypted DNS");
                    break;
                case DnsCase.Unanswered:
                    missing.Add(new("dns-answers-not-captured", null, $"{none}{who} asked for names ({Count(flows, "flow")} to port 53), and no answer was captured{more}"));
                    settle.Add($"capture also what port 53 of {servers} sends");
                    break;
                default:
                    string lost = cut == 0 ? "" : $"; {(cut == 1 ? "1 answer was" : Number(cut) + " answers were")} cut by the snap length";
                    missing.Add(new(
                        "name-not-in-answers", null, $"{none}{who} asked for names ({Count(answers, "answer")} seen), none gave {(state.Peers.Count == 1 ? peers : "them")}{lost}{more}"));
                    settle.Add(cut == 0 ? $"capture from before {who} {(hosts.Length == 1 ? "asks" : "ask")} for the name: an answer may be kept for days" : "capture whole packets of port 53");
                    break;
            }
        }

        if (others > 0) missing.Add(new("dns-of-other-hosts", null, $"{(state.Hosts.ToHostSet().AtLeast ? "at least " : "")}{Count(others, "more protected host")} {(others == 1 ? "lacks" : "lack")} names, too"));
        if (names.Evicted > 0) missing.Add(new("names-given-up", null, $"{Count(names.Evicted, "name")} {(names.Evicted == 1 ? "was" : "were")} given up for lack of room: the names may have been among them"));
    }

    private void OfFlows(Lack lack, LackTally lacks, Reason reason, FindingState state, List<MissingEvidence> missing, List<string> settle)
    {
        long count = lacks[lack];
        string flows = count == state.Flows ? count == 1 ? "the flow" : $"all {Number(count)} flows" : $"{Number(count)} of {Count(state.Flows, "flow")}";
        string was = count == 1 ? "was" : "were", shows = count == 1 ? "shows" : "show", where = Where(lacks, lack);
        string peers = Hosts(state.Peers), hosts = Hosts(state.Hosts);
        bool name = reason == Reason.PeerNameUnknown;
        (string? text, string? what) = lack switch
        {
            Lack.FromPeer => ($"{flows}: no packet from {peers} to {hosts} was captured ({where})", $"capture what {peers} {(state.Peers.Count == 1 ? "sends" : "send")} as well ({where}), from before the sessions begin"),
            Lack.FromHost => ($"{flows}: no packet from {hosts} to {peers} was captured ({where})", $"capture what {hosts} {(state.Hosts.Count == 1 ? "sends" : "send")} as well ({where}), from before the sessions begin"),
            Lack.Beginning when name => ($"{flows} began before the capture: {(count == 1 ? "a" : "any")} server name in TLS or HTTP was not captured", "capture from before the sessions begin"),
            Lack.Beginning when reason == Reason.ApplicationUnknown =>
                ($"{flows} began before the capture, and what was captured of {(count == 1 ? "it" : "them")} is of no protocol that is known in mid-stream ({where})", "capture from before the sessions begin"),
            Lack.Beginning => ($"{flows} {shows} neither a handshake nor payload that tells client from server ({where})", "capture from before the sessions begin"),
            Lack.MayBeOlder => ($"{flows} began so soon after the capture did that {(count == 1 ? "it" : "they")} may be older, and nothing {(count == 1 ? "it says" : "they say")} tells who asks ({where})", "capture from before the exchanges begin"),
            Lack.Contradiction => ($"{flows}: the evidence contradicts itself, both ends look like servers or both like clients", "capture whole packets in both directions, from before the sessions begin"),
            Lack.UnaskedSynAck => ($"{flows} {shows} a SYN-ACK that no SYN in this capture asked for and that at most a reset answered: a scan looks the same ({where})", "capture from before the sessions begin, and both directions"),
            Lack.Control => ($"{flows}: no control connection of FTP between {hosts} and {peers} was captured ({where})", "capture from before the sessions begin"),
            Lack.Cut => ($"{flows} {was} cut by the snap length ({where}{Snap(lacks)})", "capture whole packets (snap length 0)"),
            Lack.Encrypted => ($"{flows} {(count == 1 ? "is" : "are")} encrypted, and what was said before that was not captured", "capture from before the sessions begin, or let the row ask for tls"),
            Lack.Doubtful => ($"{flows} {shows} only a beginning that fits several applications", "capture whole sessions, from before they begin"),
            Lack.Unrecognized => ($"{flows} {shows} payload that is of no known application", "let the row not ask for an application, if the service is the one that is meant"),
            Lack.ServerName => ($"{flows} {shows} no name by which the client calls its server", null),
            _ => (null, null),
        };
        if (text is not null) missing.Add(new(lack.Word(), count, text));
        if (what is not null) settle.Add(what);
    }

    private string Where(LackTally lacks, Lack lack)
    {
        IReadOnlyList<(ushort Interface, ushort Vlan)> places = lacks.PlacesOf(lack, out bool more);
        return string.Join(" and ", places.Select(p => SegmentNames.Of(interfaces, p.Interface, p.Vlan))) + (more ? " and others" : "");
    }

    private string Snap(LackTally lacks)
    {
        uint[] lengths = [.. lacks.PlacesOf(Lack.Cut, out _).Select(p => p.Interface < interfaces.All.Count ? interfaces.All[p.Interface].SnapLength : 0).Where(s => s is > 0 and < 65_535).Distinct().Order()];
        return lengths.Length == 0 ? "" : $": at most {string.Join(" or ", lengths.Select(l => Number(l)))} bytes of a frame";
    }

    private static DnsCase CaseOf(in DnsClient seen) => seen.Answers > 0 ? DnsCase.Answered : seen.Flows > 0 ? DnsCase.Unanswered : seen.EncryptedFlows > 0 ? DnsCase.Encrypted : DnsCase.NotCaptured;

    private static string Hosts(HostCounter hosts)
    {
        HostSet set = hosts.ToHostSet();
        return List(set.Sample, Named, set.Count, set.AtLeast);
    }

    /// <summary><c>a</c>, <c>a and b</c>, <c>a, b, c and 39 others</c></summary>
    private static string List(IEnumerable<string> items, int most, long? count = null, bool atLeast = false)
    {
        string[] all = [.. items];
        string[] shown = all[..Math.Min(all.Length, most)];
        long more = (count ?? all.Length) - shown.Length;
        if (more > 0 || atLeast) return $"{string.Join(", ", shown)} and {(atLeast ? "at least " : "")}{(more == 1 ? "1 other" : Number(more) + " others")}";
        return shown.Length < 2 ? string.Concat(shown) : $"{string.Join(", ", shown[..^1])} and {shown[^1]}";
    }

    private static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private enum DnsCase { NotCaptured, Encrypted, Unanswered, Answered }
}
