using System.Net;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>
/// Captures seldom begin where conversations do. Each capture of the corpus without its first packets: is the direction of each flow still the one
/// that the handshake, or what the payload says, proves in the whole capture? The table of vendor ports that ships as the seed is the matrix; each flow is judged for
/// one of its ends, the busiest hosts of the capture first.
/// <para><c>UPDATE_EXPECTED=1</c> writes the table anew.</para>
/// </summary>
public sealed class CutCaptureTests
{
    private static readonly int[] s_cuts = [5, 20, 50, 100];

    [Fact]
    public void Captures_that_begin_late_tell_the_direction_or_say_that_they_cannot()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        string corpus = Path.Combine(shared, "corpus");
        AllowedMatrix matrix = MatrixReader.Read([Path.Combine(shared, "seed", "vendor-port-table.md")], new MatrixReadOptions()).Matrix!;
        var tables = s_cuts.ToDictionary(cut => cut, _ => new CutTable());
        foreach (string capture in Directory.EnumerateFiles(Path.Combine(corpus, "captures"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(Path.Combine(corpus, "captures"), capture);
            var known = KnownInitiators.Of(capture, Path.Combine(corpus, "flows", name + ".tsv"), matrix);
            if (known.Count == 0) continue;
            foreach (int cut in s_cuts) Judge(capture, name, cut, matrix, known, tables[cut]);
        }

        string table = string.Join("\n", s_cuts.Select(cut => $"The first {cut} packets of each capture cut off\n\n{tables[cut]}"));
        TestContext.Current.TestOutputHelper?.WriteLine(table);
        string path = Path.Combine(RepositoryFolder.Find(), "tests", "TrafficCheck.Cli.Tests", "Corpus", "cut-captures.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") == "1") File.WriteAllText(path, table);
        CutCount all = tables[20].All, late = tables[20].BegunBefore;
        Assert.True(all.Flows > 2500 && late.Flows > 100, $"{all.Flows} flows, {late.Flows} of them begun before");
        Assert.True(all.Wrong * 200 < all.Flows, $"{all.Wrong} of {all.Flows} are wrong");
        Assert.True(late.Wrong * 200 < late.Flows, $"{late.Wrong} of the {late.Flows} that began before the cut are wrong");
        Assert.Equal(File.ReadAllText(path), table);
    }

    /// <summary>Judges the flows whose initiator is known, each once: for the host that most of those left have in common, then for the next.</summary>
    private static void Judge(string capture, string name, int cut, AllowedMatrix matrix, Dictionary<ConversationKey, KnownInitiator> known, CutTable table)
    {
        List<FlowRow> rows = CorpusRun.Rows(capture, cut, matrix, host: null);
        var left = rows.Select(row => (Key: CorpusRun.KeyOf(in row, out _), row.Initiator, row.Responder)).Where(f => known.ContainsKey(f.Key)).ToList();
        table.OneHost += left.RemoveAll(f => f.Initiator.Equals(f.Responder));
        while (left.Count > 0)
        {
            IPAddress host = left.SelectMany(f => new[] { f.Initiator, f.Responder }).GroupBy(a => a).OrderByDescending(g => g.Count()).ThenBy(g => g.Key.ToString(), StringComparer.Ordinal).First().Key;
            var keys = left.Where(f => f.Initiator.Equals(host) || f.Responder.Equals(host)).Select(f => f.Key).ToHashSet();
            foreach (FlowRow row in CorpusRun.Rows(capture, cut, matrix, host))
            {
                ConversationKey key = CorpusRun.KeyOf(in row, out string initiator);
                if (keys.Contains(key)) table.Add(name, cut, in row, key, initiator, known[key]);
            }

            left.RemoveAll(f => keys.Contains(f.Key));
        }
    }
}
