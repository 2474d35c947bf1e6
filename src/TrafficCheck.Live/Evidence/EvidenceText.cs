using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TrafficCheck.Capture.Writing;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live.Alerts;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Live.Evidence;

/// <summary>The words in evidence files and their names; nothing of them acts on a terminal.</summary>
internal static class EvidenceText
{
    private const int MostKey = 200, MostSentence = 1000, MostSlug = 60;

    /// <summary>The comments of a file, one a line in Wireshark's properties.</summary>
    public static string[] OfSection(Finding finding)
    {
        List<string> comments = [$"TrafficCheck finding {Key(finding)}", Plain($"{finding.Severity.Word()} {Cause(finding)}: {FindingText.Ends(finding)}, subject {TerminalText.Clean(finding.Subject, MostKey)}"),
            TerminalText.Clean(finding.Explanation, MostSentence)];
        if (finding.Suggestion is { } suggestion) comments.Add(TerminalText.Clean(suggestion, MostSentence));
        return [.. comments];
    }

    /// <summary><c>TrafficCheck unexpected/...: unexpected/port In 3389/tcp; flow 2 of 17, frame 4711</c></summary>
    public static string OfFrame(Finding finding, int flow, long number) => string.Create(
        CultureInfo.InvariantCulture, $"TrafficCheck {Key(finding)}: {Cause(finding)}; flow {flow} of {Math.Max(flow, finding.Flows)}, frame {number}");

    public static string OfName(Finding finding, NamedPeer name) => string.Create(
        CultureInfo.InvariantCulture, $"TrafficCheck {Key(finding)}: names {TerminalText.Clean(name.Address, MostKey)} {TerminalText.Clean(name.Name, MostKey)} ({TerminalText.Clean(name.Proof, MostKey)}), frame {name.Frame}");

    /// <param name="about">Null where nothing is known.</param>
    public static PcapngInterfaceText OfInterface(CaptureInterface? about, LinkType linkType) => about is null
        ? new(linkType, null, null, 0)
        : new(linkType, about.Name is null ? null : TerminalText.Clean(about.Name, MostKey),
            string.Create(CultureInfo.InvariantCulture, $"interface {about.Id} of input {about.Input}, link type {LinkTypeNames.Of(linkType)}"), about.SnapLength);

    /// <summary>A file name that only letters, digits and hyphens of the key, and its digest, go into.</summary>
    public static string FileName(string run, string key)
    {
        var slug = new StringBuilder();
        foreach (char c in key)
        {
            if (slug.Length == MostSlug) break;
            if (char.IsAsciiLetterOrDigit(c)) slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 4));
        return $"{run}-{slug.ToString().Trim('-')}-{digest}.pcapng".Replace("--", "-", StringComparison.Ordinal);
    }

    private static string Key(Finding finding) => TerminalText.Clean(FindingIdentity.Of(finding), MostKey);

    private static string Cause(Finding finding)
    {
        string reason = finding.Reason.Word() is { Length: > 0 } word ? "/" + word : "";
        return Plain($"{finding.Kind.Word()}{reason} {FindingText.Direction(finding.Direction)} {FindingText.Service(finding)}");
    }

    private static string Plain(string text) => text.Replace('\u00a0', ' ');
}
