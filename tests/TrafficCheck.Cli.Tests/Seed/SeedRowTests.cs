using System.Globalization;
using System.Text;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>
/// The vendor's table row by row: where a row answers, where its neighbour does, where nobody can tell, and what becomes of the first in captures that
/// lose, repeat and disorder. All outcomes stand in <c>outcomes.txt</c>, which reads like a specification; <c>UPDATE_EXPECTED=1</c> writes it anew, and
/// whoever does that reads what changed. What must hold whatever it says is asserted beside it.
/// </summary>
public sealed class SeedRowTests
{
    private const string Header = """
        What TrafficCheck says of the forty rows of a vendor's table (samples/mail-gateway/matrix.md), each with captures of its own.

        For each row: a capture in which it answers, one in which a neighbour does or none, one in which nobody can tell; then what the first becomes
        when the capture has only the replies, only the requests, no SYN, or begins in mid-stream. Last, the variations that change nothing: stored or
        timed in another order, delivered twice, with wrong checksums, split over three files.

        Columns: capture | verdict, and the rows that answer or the reason | direction and evidence | the row in the coverage | rows, covered ones behind /

        """;

    private static string Path => System.IO.Path.Combine(RepositoryFolder.Find(), "tests", "TrafficCheck.Cli.Tests", "Seed", "outcomes.txt");

    [Fact]
    public void Every_outcome_is_the_one_that_the_table_of_outcomes_has()
    {
        var (text, wrong) = Outcomes(SeedTable.OfSample());
        if (Environment.GetEnvironmentVariable("UPDATE_EXPECTED") == "1") File.WriteAllText(Path, text);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal(File.ReadAllText(Path), text);
    }

    [Fact]
    public void The_published_table_gives_the_same_outcomes()
    {
        if (SeedTable.Published() is not { } table)
        {
            Assert.Skip("the vendor's table is not beside this clone");
            return;
        }

        // The sentences name one address that the tables do not share.
        var (text, wrong) = Outcomes(table);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal(File.ReadAllText(Path), text.Replace(table.Address("R29", 1), SeedTable.OfSample().Address("R29", 1), StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_for_both_directions_answer_the_other_way_round_too()
    {
        SeedTable table = SeedTable.OfSample();
        IReadOnlyList<SeedRow> rows = SeedRows.Of(table);
        IReadOnlyList<(string Id, string Rows, SeedCase Case)> turned = SeedRows.OtherWay();
        Assert.Equal(table.Matrix.Rows.Where(r => r.Direction == RowDirection.InOut).Select(r => r.Id), turned.Select(t => t.Id));
        foreach (var (id, expected, about) in turned)
        {
            SeedRow row = rows.Single(r => r.Id == id);
            SeedOutcome outcome = SeedOutcome.Of(table.Matrix, row, about, [about.Frames]);
            Assert.Equal((id, expected), (id, outcome.Rows));
            Assert.StartsWith("allowed", outcome.Verdict, StringComparison.Ordinal);
            Assert.NotEqual(row.Answers.Case.ClientIs(row.Host), about.ClientIs(row.Host));
        }
    }

    /// <summary>Runs all captures, writes what came out, and says what of it no table of outcomes may have.</summary>
    private static (string Text, List<string> Wrong) Outcomes(SeedTable table)
    {
        var text = new StringBuilder(Header.ReplaceLineEndings("\n"));
        List<string> wrong = [];
        IReadOnlyList<SeedRow> rows = SeedRows.Of(table);
        Assert.Equal(table.Matrix.Rows.Select(r => r.Id), rows.Select(r => r.Id));
        foreach (SeedRow row in rows)
        {
            MatrixRow of = table.Row(row.Id);
            text.Append(CultureInfo.InvariantCulture, $"\n{row.Id}  line {of.Source.Line}  {Short(of)}\n");
            SeedOutcome answers = Asked("answers", row.Answers);
            Demand(IsAllowedBy(answers, row.Id), "answers", answers);
            SeedOutcome neighbour = Asked("neighbour", row.Neighbour);
            Demand(!IsAllowedBy(neighbour, row.Id), "neighbour", neighbour);
            SeedOutcome open = Asked("cannot tell", row.CannotTell);
            Demand(CannotBeTold(open), "cannot tell", open);
            foreach (string variation in SeedVariations.Lossy)
            {
                if (Varied(variation) is not { } outcome) continue;
                Write(variation, outcome);
                Demand(IsNotWrong(row, answers, outcome), variation, outcome);
            }

            List<string> same = [];
            foreach (string variation in SeedVariations.Harmless)
            {
                if (Varied(variation) is not { } outcome) continue;
                Demand(outcome.Verdict == answers.Verdict && outcome.Rows == answers.Rows, variation, outcome);
                if (outcome.Evidence == answers.Evidence && outcome.Coverage == answers.Coverage) same.Add(variation);
                else Write(variation, outcome);
            }

            text.Append(CultureInfo.InvariantCulture, $"  as it answers: {string.Join("; ", same)}\n");

            SeedOutcome Asked(string name, (string Outcome, SeedCase Case) asked)
            {
                SeedOutcome outcome = SeedOutcome.Of(table.Matrix, row, asked.Case, [asked.Case.Frames]);
                Write(name, outcome, asked.Case.What);
                Demand(outcome.Verdict == asked.Outcome, $"{name} (expected {asked.Outcome})", outcome);
                return outcome;
            }

            SeedOutcome? Varied(string variation) =>
                SeedVariations.Apply(variation, row.Answers.Case, row.Host) is { } files ? SeedOutcome.Of(table.Matrix, row, row.Answers.Case, files) : null;

            void Demand(bool holds, string name, SeedOutcome outcome)
            {
                if (!holds) wrong.Add($"{row.Id} {name}: {outcome.Verdict}, {outcome.Evidence}, {outcome.Coverage}");
            }
        }

        return (text.ToString(), wrong);

        void Write(string name, SeedOutcome outcome, string? what = null)
        {
            if (what is not null) text.Append(CultureInfo.InvariantCulture, $"  {name}: {what}\n");
            text.Append(CultureInfo.InvariantCulture, $"  {(what is null ? name : ""),-22}{outcome.Verdict,-40} {outcome.Evidence,-32} {outcome.Coverage}");
            text.Append(outcome.Rows.Contains('/', StringComparison.Ordinal) ? $"  rows {outcome.Rows}\n" : "\n");
            foreach (string missing in outcome.Missing) text.Append(CultureInfo.InvariantCulture, $"    {missing}\n");
        }
    }

    /// <summary>Left open with what is missing, or allowed by several rows, and in no case proof of the row.</summary>
    private static bool CannotBeTold(SeedOutcome open) =>
        (open.Verdict.StartsWith("undetermined", StringComparison.Ordinal) ? open.Missing.Count > 0 : open.Verdict.Contains(';', StringComparison.Ordinal))
        && (open.Coverage.StartsWith("not-observable (1 flow may belong to it", StringComparison.Ordinal) || open.Coverage == "shared");

    /// <summary>Lost evidence leaves the verdict as it is, leaves it open, or lets rows that admit any peer answer; it accuses nobody and credits no other row.</summary>
    private static bool IsNotWrong(SeedRow row, SeedOutcome answers, SeedOutcome outcome) =>
        outcome.Verdict == answers.Verdict || (row.Weaker.Length > 0 && outcome.Verdict == $"allowed {row.Weaker}")
        || (outcome.Verdict.StartsWith("undetermined", StringComparison.Ordinal) && outcome.Missing.Count > 0);

    private static bool IsAllowedBy(SeedOutcome outcome, string row) =>
        outcome.Verdict.StartsWith("allowed ", StringComparison.Ordinal) && outcome.Verdict["allowed ".Length..].Split(';').Contains(row);

    private static string Short(MatrixRow row)
    {
        string direction = row.Direction switch { RowDirection.In => "In", RowDirection.Out => "Out", _ => "In/Out" };
        string peers = row.Peers.Count == 0 ? "" : row.Peers[0].Name is null ? ", addresses in the text" : ", names in the text";
        return $"{(row.FromServerPort ? "from " : "")}{row.PortsText}/{string.Join('+', row.Transports.Select(TransportNames.Of))} {direction}{(row.Application is null ? "" : $" {row.Application}")}{peers}";
    }
}
