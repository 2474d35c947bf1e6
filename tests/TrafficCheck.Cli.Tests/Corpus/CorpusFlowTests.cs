using System.Globalization;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>The flows of every sound capture of the shared corpus against the table that tshark made of it.</summary>
public sealed class CorpusFlowTests
{
    /// <summary>Differences from tshark's tables, reviewed one by one: path, their number, why.</summary>
    private static readonly Dictionary<string, (int Count, string Reason)> _reviewed = new()
    {
        ["captures/encapsulation/gre/zeek-erspan.pcap"] = (2, "Fragmented tunnel packets: here the first fragment gives the inner packet and the later ones are counted as its rest; tshark gives the inner packet to the last fragment and the others to the GRE flow."),
        ["captures/encapsulation/gtp/zeek-gtp-fragmentation.pcap"] = (3, "As above; four tunnel packets lack a fragment, so tshark shows nothing of what their first fragments hold."),
        ["captures/encapsulation/ipv6ext/libpcap-ipv6_ext_headers.pcap"] = (1, "More than sixteen extension headers are counted as damage, not followed."),
        ["captures/encapsulation/ipv6ext/zeek-ipv6-mobility-dst-opts.pcap"] = (4, "tshark gives up at an option that is longer than its header; the header's own length leads to the ports of one packet, and the other is cut short."),
        ["captures/encapsulation/overlay/tcpdump-bigtcp-ipv6-vxlan-ipv4.pcap"] = (2, "tshark finds no ports behind an IPv6 length of 0 (README of the corpus)."),
        ["captures/encapsulation/overlay/tcpdump-vxlan_port_8472.pcap"] = (3, "tshark knows VXLAN on port 4789 only (README of the corpus)."),
        ["captures/encapsulation/vlan/zeek-cisco-fabric-path.pcap"] = (49, "Half of the frames are sound FabricPath by their bytes; tshark calls 56 of them malformed and shows no packet in them."),
        ["captures/malformed/fuzz/ndpi-fuzz-2006-06-26-2594.pcap"] = (1, "tshark goes by the version of a packet whose EtherType says the other one."),
        ["captures/malformed/fuzz/ndpi-fuzz-2020-02-16-11740.pcap"] = (3, "As above, and IPv4 with protocol 0, in which tshark reads an IPv6 extension header."),
        ["captures/malformed/fuzz/pcpp-fuzz-5814090897948672.pcap"] = (1, "The microseconds are beyond a second; tshark takes them for negative."),
        ["captures/malformed/fuzz/suricata-anomaly-packethdr.pcap"] = (3, "A reply alone names its receiver as the initiator here, its sender in tshark's table."),
        ["captures/malformed/fuzz/tcpreplay-l7fuzzing.pcap"] = (3, "Replies alone as in the file before."),
        ["captures/malformed/ip/tcpdump-LINKTYPE_IPV4_invalid.pcap"] = (1, "IPv6 under a link type that says IPv4 is damage here; tshark goes by the version."),
    };

    [Fact]
    public void Flows_are_those_of_the_tables()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        string corpus = Path.Combine(shared, "corpus");
        List<string> wrong = [];
        int files = 0, agree = 0, explained = 0;
        long conversations = 0;
        foreach (string path in SoundFiles(corpus))
        {
            string table = path["captures/".Length..] + ".tsv";
            files++;
            var expected = ExpectedFlows.Read(Path.Combine(corpus, "flows", table));
            var found = ExportedFlows.Of(Path.Combine(corpus, path));
            conversations += expected.Conversations.Count;
            List<string> differences = Compare(expected, found);
            int reviewed = _reviewed.TryGetValue(path, out var entry) ? entry.Count : 0;
            if (differences.Count == 0) agree++;
            if (differences.Count == reviewed) explained++;
            if (differences.Count != reviewed)
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{path}: {differences.Count} differences, {reviewed} reviewed; not decoded: {string.Join(' ', found.Report.Accounting.FramesNotDecoded)}; without flow: {string.Join(' ', found.Report.Accounting.PacketsWithoutFlow)}\n  {string.Join("\n  ", differences.Take(12))}"));
            if (found.Report.Accounting.BrokenIdentities.Count > 0) wrong.Add($"{path}: {string.Join("; ", found.Report.Accounting.BrokenIdentities)}");
        }

        // Both figures, printed and written down where tests are described.
        string shares = string.Create(CultureInfo.InvariantCulture, $"{agree} of {files} files ({100.0 * agree / files:0.0} %) agree in every flow; with the differences explained, {explained} ({100.0 * explained / files:0.0} %)");
        TestContext.Current.TestOutputHelper?.WriteLine(shares);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Contains(shares, File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "tests", "README.md")).Replace("\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(files > 200 && conversations > 4000);
    }

    /// <summary>One text for each difference. What is without flow here must be in the tables in the same number, under the names they give it.</summary>
    internal static List<string> Compare(ExpectedFlows expected, ExportedFlows found)
    {
        List<string> differences = [];
        long errorsMissing = 0;
        foreach (var (key, wanted) in expected.Conversations.OrderBy(c => c.Key.ToString(), StringComparer.Ordinal))
        {
            if (!found.Conversations.TryGetValue(key, out Conversation? flow))
            {
                if (IsIcmpError(key)) errorsMissing += wanted.Sent + wanted.Received;
                else differences.Add($"missing {key} {wanted}");
                continue;
            }

            if (IsIcmpError(key) && flow.Sent + flow.Received < wanted.Sent + wanted.Received)
            {
                errorsMissing += wanted.Sent + wanted.Received - flow.Sent - flow.Received;
                continue;
            }

            if (flow.Initiator != wanted.Initiator && !flow.ByPayload) differences.Add($"initiator {key} {flow}, expected {wanted}");
            flow = flow.TurnedTo(wanted.Initiator);
            if ((flow.Sent, flow.Received) != (wanted.Sent, wanted.Received)) differences.Add($"packets {key} {flow}, expected {wanted}");
            if ((flow.SentBytes, flow.ReceivedBytes) != (wanted.SentBytes, wanted.ReceivedBytes)) differences.Add($"bytes {key} {flow}, expected {wanted}");
            if (wanted.FirstNs is { } first && flow.FirstNs != first) differences.Add($"first {key} {flow}, expected {wanted}");
        }

        foreach (ConversationKey key in found.Conversations.Keys.Except(expected.Conversations.Keys)) differences.Add($"extra {key} {found.Conversations[key]}");
        Same(differences, "icmp errors", found.WithoutFlow("icmp-error-of-known-flow") + found.WithoutFlow("icmp-error-of-ended-flow"), errorsMissing);
        Same(differences, "without ports", found.WithoutFlow("fragment-without-first") + found.WithoutFlow("ports-missing"), expected.PacketsWithoutPorts);
        return differences;
    }

    private static void Same(List<string> differences, string what, long found, long expected)
    {
        if (found != expected) differences.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: {found}, expected {expected}"));
    }

    private static bool IsIcmpError(ConversationKey key)
    {
        string type = key.Low[(key.Low.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        return key.Transport == "icmp" ? type is "3" or "4" or "5" or "11" or "12" : key.Transport == "icmpv6" && type is ("1" or "2" or "3" or "4");
    }

    private static IEnumerable<string> SoundFiles(string corpus)
    {
        string[] lines = File.ReadAllLines(Path.Combine(corpus, "MANIFEST.tsv"));
        string[] columns = lines[0].Split('\t');
        int path = Array.IndexOf(columns, "path"), state = Array.IndexOf(columns, "state");
        return lines.Skip(1).Select(line => line.Split('\t')).Where(row => row[state].StartsWith("whole", StringComparison.Ordinal)).Select(row => row[path]);
    }
}
