using System.Globalization;
using Microsoft.AspNetCore.Http;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Live.Page;

/// <summary>A parameter of a request says something that is not served. The message names what is.</summary>
internal sealed class QueryException(string message) : Exception(message);

/// <summary>Which findings, in which order.</summary>
internal sealed record FindingQuery
{
    public const int MostItems = 500;
    private const int UsualItems = 200;
    private const int LongestText = 100;

    public static IReadOnlyList<string> Groups { get; } = ["all", "unexpected", "scans", "failing", "undetermined"];

    public static IReadOnlyList<string> Sorts { get; } = ["report", "newest", "last", "flows"];

    public string Group { get; init; } = "all";

    /// <summary><c>report</c>: by kind and severity as in the report; <c>newest</c>: found last first; <c>last</c>: seen last first; <c>flows</c>: most flows first.</summary>
    public string Sort { get; init; } = "report";

    public string Text { get; init; } = "";

    public int Offset { get; init; }

    public int Limit { get; init; } = UsualItems;

    public static FindingQuery Read(IQueryCollection query)
    {
        string text = query["q"].ToString().Trim();
        if (text.Length > LongestText) throw new QueryException($"q has {text.Length} characters; at most {LongestText} are looked for");
        return new FindingQuery
        {
            Group = Word(query, "group", Groups),
            Sort = Word(query, "sort", Sorts),
            Text = text,
            Offset = Number(query, "offset", 0, 0, int.MaxValue),
            Limit = Number(query, "limit", UsualItems, 0, MostItems),
        };
    }

    public static bool IsIn(Finding finding, string group) => group switch
    {
        "unexpected" => finding.Kind is FindingKind.Unexpected or FindingKind.NearMiss,
        "scans" => finding.Kind.IsScan() || finding.Kind.IsFlood(),
        "failing" => finding.Kind == FindingKind.Failing,
        "undetermined" => finding.Kind == FindingKind.Undetermined,
        _ => true,
    };

    public List<Finding> Select(ReportPicture picture)
    {
        IEnumerable<Finding> found = picture.Report.Findings;
        if (Group != "all") found = found.Where(f => IsIn(f, Group));
        if (Text.Length > 0) found = found.Where(Holds);
        return Sort switch
        {
            "newest" => [.. found.OrderByDescending(picture.Found).ThenByDescending(f => f.FirstNs)],
            "last" => [.. found.OrderByDescending(f => f.LastNs)],
            "flows" => [.. found.OrderByDescending(f => f.Flows)],
            _ => [.. found],
        };
    }

    /// <summary>One of the words that are served; the first when none is asked for.</summary>
    public static string Word(IQueryCollection query, string name, IReadOnlyList<string> words)
    {
        string asked = query[name].ToString();
        if (asked.Length == 0) return words[0];
        return words.Contains(asked) ? asked : throw new QueryException($"{name} is one of {string.Join(", ", words)}");
    }

    public static int Number(IQueryCollection query, string name, int usual, int least, int most)
    {
        string asked = query[name].ToString();
        if (asked.Length == 0) return usual;
        return int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new QueryException($"{name} is a number from {least} to {most}");
    }

    private bool Holds(Finding f) =>
        Has(FindingText.Service(f)) || Has(FindingText.Ends(f)) || Has(f.Id) || Has(f.Subject) || Has(FindingText.Cause(f)) || Has(f.NearestRow) || Has(f.Explanation)
        || f.Peers.Sample.Any(Has) || f.Hosts.Sample.Any(Has) || f.PeerNames.Any(n => Has(n.Name));

    private bool Has(string? text) => text is not null && text.Contains(Text, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Which rows of the matrix, in the order of the document.</summary>
internal sealed record CoverageQuery(string Show, int Offset, int Limit)
{
    private const int UsualItems = 500;

    /// <summary>Words for what to show; then each state is one, too.</summary>
    public static IReadOnlyList<string> Shows { get; } = ["all", "not-proven", .. Enum.GetValues<CoverageState>().Select(s => s.Word())];

    public static CoverageQuery Read(IQueryCollection query) => new(
        FindingQuery.Word(query, "show", Shows),
        FindingQuery.Number(query, "offset", 0, 0, int.MaxValue),
        FindingQuery.Number(query, "limit", UsualItems, 0, FindingQuery.MostItems));

    public bool Matches(RowCoverage row) => Show switch
    {
        "all" => true,
        "not-proven" => row.State is not CoverageState.Proven,
        _ => row.State.Word() == Show,
    };
}
