using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>The pieces a finding is written from.</summary>
internal static class FindingText
{
    public static string Direction(FlowDirection direction) => direction switch
    {
        FlowDirection.In => "In",
        FlowDirection.Out => "Out",
        _ => "?",
    };

    /// <summary>What a finding is called in the first place: the kind of a scan or flood, else the reason.</summary>
    public static string Cause(Finding finding) => finding.Kind switch
    {
        _ when finding.Kind.IsScan() || finding.Kind.IsFlood() => finding.Kind.Word(),
        FindingKind.Failing => "failing",
        _ => finding.Reason.Word() is { Length: > 0 } word ? word : finding.Kind.Word(),
    };

    /// <summary><c>3389/tcp</c>, <c>443/tcp tls</c>, <c>27 ports/tcp</c>, <c>icmp type 8</c>, <c>esp</c></summary>
    public static string Service(Finding finding)
    {
        string transport = TerminalText.Clean(finding.Transport, 20);
        string service = finding.ServicePort switch
        {
            { } type when transport is "icmp" or "icmpv6" => $"{transport} type {type}",
            { } port => $"{port}/{transport}",
            null when finding.Ports > 1 => transport is "icmp" or "icmpv6" ? $"{transport} {Figures.Count(finding.Ports, "type")}" : $"{Figures.Count(finding.Ports, "port")}/{transport}",
            _ => transport,
        };
        return finding.Application is null ? service : $"{service} {Cells.Fit(finding.Application, 24)}";
    }

    /// <summary><c>203.0.113.7 and 41 others -> 10.0.0.5</c>, from initiator to responder.</summary>
    public static string Ends(Finding finding)
    {
        string peers = finding.Network is { } network ? $"{network} ({Figures.Count(finding.Peers.Count, "host")})" : Hosts(finding.Peers);
        string hosts = Hosts(finding.Hosts);
        return finding.Direction switch
        {
            FlowDirection.In => $"{peers} -> {hosts}",
            FlowDirection.Out => $"{hosts} -> {peers}",
            _ => $"{hosts} <-> {peers}",
        };
    }

    public static string Hosts(HostSet set)
    {
        string first = set.Sample.Count > 0 ? Cells.Fit(set.Sample[0], 60) : "";
        string more = set.AtLeast ? "at least " : set.Error is null ? "" : "about ";
        if (first.Length == 0) return more + Figures.Count(set.Count, "host");
        long others = set.Count - 1;
        return others switch
        {
            <= 0 when !set.AtLeast => first,
            <= 0 => $"{first} and others",
            _ when set.Error is { } error => $"{first} and about {Figures.Count(others, "other")} (+-{Figures.Percent(error)})",
            _ => $"{first} and {more}{Figures.Count(others, "other")}",
        };
    }

    /// <summary><c>203.0.113.9 is cdn.example.net (tls-sni, frame 17), files.example.net (dns, frame 3, alias of edge.example.com)</c></summary>
    public static string PeerNames(Finding finding, bool all)
    {
        const int Few = 2;
        var shown = finding.PeerNames.Take(all ? int.MaxValue : Few).ToList();
        string text = string.Join("; ", shown.GroupBy(n => n.Address).Select(g =>
            $"{g.Key} is " + string.Join(", ", g.Select(n => NameText.Of(n.Name, n.Proof, n.Frame, n.IsShared, n.Chain, n.ToldTo)))));
        int rest = finding.PeerNames.Count - shown.Count;
        return rest > 0 ? $"{text} and {Figures.Count(rest, "more name", "more names")}" : text;
    }

    /// <summary><c>inside VLAN 20; gtp-u 7 and others</c></summary>
    public static string Carriers(Carriers carriers) =>
        $"{(carriers.All ? "" : "some ")}inside {string.Join("; ", carriers.Seen)}{(carriers.More ? " and others" : "")}";

    /// <summary>All hosts that are known, for the verbose report.</summary>
    public static string Sample(HostSet set)
    {
        string known = string.Join(", ", set.Sample);
        return set.Count > set.Sample.Count ? $"{known} (of {(set.AtLeast ? "at least " : "")}{Figures.Count(set.Count)})" : known;
    }

    /// <summary>The squares, and the outcomes behind them where they say more.</summary>
    public static StyledText Outcomes(Finding finding)
    {
        var text = new StyledText();
        if (finding.Escaped > 0) text.Add($"{Figures.Count(finding.Escaped)}{Figures.Glue}ESCAPED", Ink.StrongBad);
        if (finding.Attempted > 0)
        {
            if (finding.Escaped > 0) text.Add(", ");
            text.Add($"{Figures.Count(finding.Attempted)}{Figures.Glue}attempted");
        }

        if (finding.Kind != FindingKind.Failing)
        {
            Square(finding.Permitted, "permitted");
            Square(finding.Failing, "allowed in vain");
        }

        if (finding.Outcomes.Count == 0) return text;
        bool one = finding.Outcomes.Count == 1 && finding.Outcomes[0].Value == finding.Flows;
        string outcomes = one
            ? finding.Outcomes[0].Key.Word()
            : string.Join(", ", finding.Outcomes.Select(o => $"{Figures.Count(o.Value)}{Figures.Glue}{o.Key.Word()}"));
        return text.Width == 0 ? text.Add(outcomes) : text.Add($" ({outcomes})");

        void Square(long count, string word)
        {
            if (count == 0) return;
            if (text.Width > 0) text.Add(", ");
            text.Add($"{Figures.Count(count)}{Figures.Glue}{word}");
        }
    }

    /// <summary><c>found open: 10.0.0.5 port 22 (frame 17), 443 (allowed, frame 21)</c></summary>
    public static string Answered(Finding finding, bool all)
    {
        const int Few = 6;
        bool icmp = finding.Transport is "icmp" or "icmpv6";
        int most = all ? int.MaxValue : Few;
        string what = finding.Kind.IsScan() ? "found open" : "answered by";
        string open = string.Join("; ", finding.Answered.Take(most).GroupBy(a => a.Address).Select(g =>
            $"{g.Key} {(icmp ? "type" : "port")} " + string.Join(", ", g.Select(a => $"{a.Port} ({(a.IsAllowed ? "allowed, " : "ESCAPED, ")}frame {a.Frame})"))));
        int rest = finding.Answered.Count - most;
        string more = finding.MoreAnswered ? " and others" : rest > 0 ? $" and {Figures.Count(rest)} more" : "";
        return $"{what}: {open}{more}";
    }

    /// <summary><c>first 09:14:02, last 11:02:10; frames 10231, 88412 and 3 more</c></summary>
    public static string Times(ReportScope scope, Finding finding)
    {
        var clock = scope.Clock;
        string times = finding.FirstNs == finding.LastNs
            ? $"at {clock.Time(finding.FirstNs)}"
            : $"first {clock.Time(finding.FirstNs)}, last {clock.Time(finding.LastNs)}";
        if (finding.Frames.Count == 0) return times;

        int shown = Math.Min(finding.Frames.Count, scope.Canvas.Verbose ? int.MaxValue : 3);
        string noun = finding.Frames.Count == 1 ? "frame" : "frames";
        string frames = string.Join(", ", finding.Frames.Take(shown));
        int rest = finding.Frames.Count - shown;
        return rest > 0 ? $"{times}; {noun} {frames} and {Figures.Count(rest)} more" : $"{times}; {noun} {frames}";
    }
}
