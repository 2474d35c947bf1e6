using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Live.Alerts;

internal enum AlertEvent
{
    /// <summary>A finding that was not there.</summary>
    New,

    /// <summary>Its totals grew, or it became more severe.</summary>
    Update,

    /// <summary>A report had it, and later ones do not any more.</summary>
    Withdrawn,

    /// <summary>Findings that are not told one by one.</summary>
    Summary,
}

/// <summary>Totals of a finding as they were told.</summary>
internal readonly record struct FindingTotals(long Flows, long Packets, long Bytes)
{
    public static FindingTotals Of(Finding finding) => new(finding.Flows, finding.Packets, finding.Bytes);
}

/// <summary>Findings that are told as a sum.</summary>
/// <param name="New">New ones since the last sum, by severity (high, medium, low) and by kind.</param>
/// <param name="Updates">Of findings told before, updates that found no room.</param>
/// <param name="NotRemembered">Findings of the latest report beyond those that are remembered.</param>
internal sealed record FurtherFindings(long New, IReadOnlyList<long> BySeverity, IReadOnlyList<KeyValuePair<string, long>> ByKind, long Updates, long NotRemembered);

/// <summary>What receivers are told, once. Text in it may come from captures and is not escaped.</summary>
/// <param name="Id">Differs from that of any other alert, also of other runs.</param>
/// <param name="Finding">Null for a summary.</param>
/// <param name="Before">Totals as they were told last; null for a finding that was not told before.</param>
/// <param name="Further">Summary only.</param>
internal sealed record Alert(AlertEvent Event, string Id, DateTimeOffset At, Finding? Finding, FindingTotals? Before = null, FurtherFindings? Further = null)
{
    private byte[]? _json;

    /// <summary>One line without its end. Receivers share it.</summary>
    public ReadOnlyMemory<byte> Json => _json ??= AlertJson.Of(this);

    public FindingSeverity Severity => Finding?.Severity ?? (Further is { BySeverity: [> 0, ..] } ? FindingSeverity.High : FindingSeverity.Medium);

    public string EventWord => Event switch
    {
        AlertEvent.New => "new",
        AlertEvent.Update => "update",
        AlertEvent.Withdrawn => "withdrawn",
        _ => "summary",
    };

    /// <summary>The finding's kind, or <c>summary</c>.</summary>
    public string KindWord => Finding?.Kind.Word() ?? "summary";
}
