using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>Wherever tshark saw a SYN or SYN-ACK, in all captures of the corpus, sound and damaged: the engine names the same initiator.</summary>
public sealed class InitiatorTests
{
    [Fact]
    public void The_initiator_is_the_one_that_tshark_names_by_the_handshake()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        string captures = Path.Combine(shared, "corpus", "captures");
        AllowedMatrix matrix = MatrixReader.Read([Path.Combine(shared, "seed", "vendor-port-table.md")], new MatrixReadOptions()).Matrix!;
        int asked = 0, agree = 0;
        var differences = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string capture in Directory.EnumerateFiles(captures, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(captures, capture);
            var stated = ExpectedFlows.Read(Path.Combine(shared, "corpus", "flows", name + ".tsv")).Initiators.Where(s => s.Value.IsByHandshake).ToList();
            if (stated.Count == 0) continue;
            ILookup<ConversationKey, (string Initiator, EvidenceMethod By)> own = CorpusRun.Rows(capture, 0, matrix, host: null, FlowTimeouts.None)
                .Select(row => (Key: CorpusRun.KeyOf(in row, out string initiator), Initiator: initiator, row.Evidence)).ToLookup(f => f.Key, f => (f.Initiator, f.Evidence));
            foreach (var (key, tshark) in stated)
            {
                asked++;
                string[] wrong = [.. own[key].Where(f => f.Initiator != tshark.Initiator).Select(f => $"{f.Initiator} by {f.By.Word()}")];
                if (!own[key].Any()) differences.Add($"{name}: no flow {key.Low} {key.High}");
                else if (wrong.Length > 0) differences.Add($"{name}: {string.Join(", ", wrong)}; tshark {tshark.Initiator} by {tshark.Why}");
                else agree++;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{agree} of {asked} initiators agree"));
        Assert.Empty(differences);
        Assert.True(asked > 3000, $"{asked} conversations");
        Assert.Equal(asked, agree);
    }
}
