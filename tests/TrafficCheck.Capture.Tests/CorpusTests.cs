using System.Globalization;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Capture.Tests;

/// <summary>Every file of the shared corpus against the packet counts and states that its manifest gives (tshark's).</summary>
public sealed class CorpusTests
{
    /// <summary>Files whose count differs from tshark's, reviewed one by one: path, count here, why.</summary>
    private static readonly Dictionary<string, (long Frames, string Reason)> _counts = new()
    {
        ["captures/formats/pcapng/hadrielk-le-test202.pcapng"] = (8, "tshark counts three custom blocks as frames; they are noted here as skipped."),
        ["captures/malformed/file/suricata-fuzz-6875.pcap"] = (1, "The second record claims 1.4 GB; tshark takes the file for a variant with longer record headers and finds a second frame in it."),
        ["captures/malformed/fuzz/pcpp-fuzz-5766899836387328.pcap"] = (1, "tshark refuses the snap length of 539 million; the one empty record can be read."),
        ["captures/malformed/link/tcpdump-vtp_asan.pcap"] = (5, "tshark refuses the link type 182; the records are sound and counted as not decoded."),
    };

    /// <summary>Files that tshark reads to their end and that are damaged here, reviewed one by one: path, code, why.</summary>
    private static readonly Dictionary<string, (string Code, string Reason)> _damaged = new()
    {
        ["captures/formats/pcap/zeek-empty.pcap"] = ("no-packets", "A capture without packets proves nothing, which a user must hear."),
        ["captures/formats/pcapng/hadrielk-le-test013.pcapng"] = ("no-packets", "As above."),
        ["captures/formats/pcapng/tcpdump-empty.pcapng"] = ("no-packets", "As above."),
    };

    /// <summary>Files that tshark gives up and that can be read here, reviewed one by one.</summary>
    private static readonly Dictionary<string, string> _readable = new()
    {
        ["captures/malformed/fuzz/pcpp-fuzz-5766899836387328.pcap"] = "Only the snap length is absurd, and nothing depends on it.",
        ["captures/malformed/link/tcpdump-vtp_asan.pcap"] = "Only the link type is unknown.",
    };

    /// <summary>Container words of the manifest and the format words here.</summary>
    private static readonly Dictionary<string, string> _formats = new()
    {
        ["pcap-le-us"] = "pcap",
        ["pcap-be-us"] = "pcap",
        ["pcap-le-ns"] = "pcap-ns",
        ["pcap-be-ns"] = "pcap-ns",
        ["pcap-le-mod"] = "pcap-modified",
        ["gz:pcap-le-us"] = "pcap+gz",
        ["pcapng"] = "pcapng",
        ["snoop"] = "snoop",
    };

    [Fact]
    public void Packet_counts_formats_and_states_are_those_of_the_manifest()
    {
        string corpus = Locate();
        string[] lines = File.ReadAllLines(Path.Combine(corpus, "MANIFEST.tsv"));
        string[] columns = lines[0].Split('\t');
        int path = Array.IndexOf(columns, "path"), packets = Array.IndexOf(columns, "packets"), state = Array.IndexOf(columns, "state"), container = Array.IndexOf(columns, "container");
        List<string> differences = [];
        foreach (string[] row in lines.Skip(1).Select(line => line.Split('\t')))
        {
            Collected read = Collected.FromPath(Path.Combine(corpus, row[path]));
            long expected = long.Parse(row[packets], CultureInfo.InvariantCulture);
            if (_counts.TryGetValue(row[path], out (long Frames, string Reason) reviewed)) expected = reviewed.Frames;
            if (read.Frames.Count != expected) differences.Add($"{row[path]}: {read.Frames.Count} frames, expected {expected}; {Words(read)}");
            if (_formats[row[container]] != read.Summary.Format) differences.Add($"{row[path]}: format {read.Summary.Format}, expected {row[container]}");
            string[] damage = [.. read.Summary.Problems.Where(problem => problem.Severity == ProblemSeverity.Damage).Select(problem => problem.Code)];
            string[] wanted = _damaged.TryGetValue(row[path], out (string Code, string Reason) known) ? [known.Code] : [];
            bool refused = row[state] == "damaged file" && !_readable.ContainsKey(row[path]);
            if (refused ? damage.Length == 0 : !damage.SequenceEqual(wanted)) differences.Add($"{row[path]}: {row[state]}, but {Words(read)}");
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
        Assert.True(lines.Length > 200);
    }

    [Fact]
    public void All_files_merged_give_all_frames_and_every_summary()
    {
        string corpus = Locate();
        ExpandedInputs inputs = CaptureInputs.Expand([Path.Combine(corpus, "captures")]);
        using var set = new CaptureSet(inputs.Inputs);
        long frames = 0;
        while (set.ReadRun(out _, out _, out int count)) frames += count;
        Assert.Equal(frames, set.Summaries.Sum(summary => summary.Frames));
        Assert.Equal(inputs.Inputs.Sum(input => (long)Collected.FromPath(input.Path).Frames.Count), frames);
        Assert.Equal(set.TotalBytes, set.BytesConsumed);
    }

    private static string Words(Collected read) =>
        string.Join(", ", read.Summary.Problems.Select(problem => $"{problem.Severity} {problem.Code} at {problem.ByteOffset} x{problem.Count}: {problem.Message}"));

    private static string Locate()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        return Path.Combine(shared, "corpus");
    }
}
