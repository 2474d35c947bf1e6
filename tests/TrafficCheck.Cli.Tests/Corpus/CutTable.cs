using System.Globalization;
using System.Text;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>How the directions stated of some flows stand to those that are known.</summary>
internal sealed class CutCount
{
    public int Flows, Right, Undetermined, GuessedRight, GuessedWrong, Wrong;

    public string Line(string name) => string.Create(CultureInfo.InvariantCulture,
        $"{name,-40}{Flows,7}{Right,8}{Undetermined,14}{GuessedRight,14}{GuessedWrong,14}{Wrong,7}{(Flows == 0 ? 0 : 100.0 * Wrong / Flows),9:0.00} %");
}

/// <summary>
/// Directions of the flows of captures that were cut. <em>Right</em> and <em>wrong</em> were stated firmly (proven or likely); <em>undetermined</em> were judged
/// so because the evidence is weak and the two readings differ; a <em>guess</em> is weak evidence whose two readings are judged alike, so that the
/// direction decided nothing.
/// </summary>
internal sealed class CutTable
{
    private readonly SortedDictionary<string, CutCount> _lines = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _wrong = new(StringComparer.Ordinal);

    public CutCount All { get; } = new();

    /// <summary>Flows that lost packets to the cut.</summary>
    public CutCount BegunBefore { get; } = new();

    /// <summary>Flows from a host to itself, which are never judged.</summary>
    public int OneHost { get; set; }

    public void Add(string capture, int cut, in FlowRow row, ConversationKey key, string initiator, KnownInitiator known)
    {
        bool firm = row.Confidence is Confidence.Proven or Confidence.Likely, right = initiator == known.Initiator;
        bool late = known.FirstFrame > 0 && known.FirstFrame <= cut;
        foreach (CutCount count in (CutCount[])[Line($"{key.Transport} by {row.Evidence.Word()}"), Line($"{key.Transport}, known by {known.Proof}"), All, late ? BegunBefore : new()])
        {
            count.Flows++;
            if (firm && right) count.Right++;
            else if (firm) count.Wrong++;
            else if (row.Verdict == Verdict.Undetermined) count.Undetermined++;
            else if (right) count.GuessedRight++;
            else count.GuessedWrong++;
        }

        if (firm && !right) _wrong.Add($"{capture}: {initiator} by {row.Evidence.Word()}, not {known.Initiator} ({key})");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"",-40}{"flows",7}{"right",8}{"undetermined",14}{"guess right",14}{"guess wrong",14}{"wrong",7}{"wrong",11}");
        foreach (var (name, count) in _lines) text.AppendLine(count.Line(name));
        text.AppendLine(All.Line("all")).AppendLine(BegunBefore.Line("all that began before the cut"));
        text.AppendLine(CultureInfo.InvariantCulture, $"{"not judged, from a host to itself",-40}{OneHost,7}");
        foreach (string wrong in _wrong) text.AppendLine(wrong);
        return text.ToString();
    }

    private CutCount Line(string name)
    {
        if (!_lines.TryGetValue(name, out CutCount? count)) _lines[name] = count = new();
        return count;
    }
}
