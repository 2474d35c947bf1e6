using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>What a protocol cell says.</summary>
internal sealed record ProtocolReading
{
    /// <summary>Ascending; empty when the cell is blank or says "any".</summary>
    public IReadOnlyList<byte> Transports { get; init; } = [];

    /// <summary>The cell says "any", or "IP" without a number.</summary>
    public bool Any { get; init; }

    /// <summary>The port column holds an IP protocol number.</summary>
    public bool NumberInPort { get; init; }

    /// <summary>What must be spoken; null when the cell names none, or several.</summary>
    public string? Application { get; init; }

    /// <summary>Applications of which any may be spoken.</summary>
    public bool SeveralApplications { get; init; }

    /// <summary>The transports follow from the application; the cell does not name them.</summary>
    public bool TransportsImplied { get; init; }

    /// <summary>What is not understood; null when all is.</summary>
    public string? Problem { get; init; }

    public bool IsBlank => Transports.Count == 0 && !Any && !NumberInPort && Application is null && Problem is null;
}

/// <summary>Reads cells such as <c>UDP/TCP</c>, <c>FTPS (explicit)</c>, <c>HTTPS (TCP)</c>, <c>IP protocol</c>, <c>ESP</c>, <c>50</c>.</summary>
internal static class ProtocolCell
{
    private static readonly char[] s_separators = [',', ';', '/', '&', '+', '|', '\n', '(', ')', '[', ']', ' ', ':'];

    private static readonly HashSet<string> s_noise = new(StringComparer.OrdinalIgnoreCase) { "and", "or", "und", "oder", "et", "ou", "y", "e", "o", "over", "both", "protocol", "only", "request", "requests", "echo", "reply", "replies", "messages", "の", "和", "或" };

    /// <param name="cell">A cell without markup and footnote marks.</param>
    public static ProtocolReading Read(string cell)
    {
        cell = Widths.Narrow(cell).Trim();
        if (cell is "" or "-" or "--") return new();
        string slug = Quoted.Slug(cell);
        if (ProtocolWords.IsAny(cell) || slug is "any-protocol" or "all-protocols") return new() { Any = true };
        if (ProtocolWords.IsIpNumber(slug)) return new() { NumberInPort = true };
        if (slug.StartsWith("ip-protocol-", StringComparison.Ordinal) && TransportNames.TryParse(slug.AsSpan(12), out byte numbered)) return new() { Transports = [numbered] };
        if (ProtocolWords.TryTransport(slug, out byte whole) || TransportNames.TryParse(cell, out whole)) return new() { Transports = [whole] };
        if (ProtocolWords.TryApplication(slug, out var implied, out string application))
            return new() { Transports = implied, Application = application.Length > 0 ? application : null, SeveralApplications = application.Length == 0, TransportsImplied = true };
        return Parts(cell);
    }

    private static ProtocolReading Parts(string cell)
    {
        var transports = new SortedSet<byte>();
        var impliedTransports = new SortedSet<byte>();
        var applications = new List<string>();
        foreach (string word in cell.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            string slug = Quoted.Slug(word);
            if (ProtocolWords.TryTransport(word, out byte protocol) || TransportNames.TryParse(word, out protocol)) transports.Add(protocol);
            else if (ProtocolWords.TryApplication(slug, out var implied, out string application))
            {
                impliedTransports.UnionWith(implied);
                if (!applications.Contains(application)) applications.Add(application);
            }
            else if (slug is "explicit" or "implicit" && applications is ["ftps-implicit"]) applications[0] = "ftps-" + slug;
            else if (slug.Length > 0 && !s_noise.Contains(slug)) return new() { Problem = $"'{Quoted.Of(word)}' is no transport or application known" };
        }

        if (transports.Count + applications.Count == 0) return new() { Problem = $"'{Quoted.Of(cell)}' is no transport or application known" };
        return new()
        {
            Transports = [.. transports.Count > 0 ? transports : impliedTransports],
            TransportsImplied = transports.Count == 0,
            Application = applications is [{ Length: > 0 } one] ? one : null,
            SeveralApplications = applications.Count > 1,
        };
    }
}
