using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Live.Tests;

/// <summary>Reports that have findings and little else.</summary>
internal static class Findings
{
    /// <summary>Text that would act on a terminal, a log or a page, in one.</summary>
    public const string Hostile = "a\"b]c\\d \u001b[31mred\u202Egnp.exe\r\nnext \ud800 <script> \u009b2J é€";

    public static CheckReport Report(params IReadOnlyList<Finding> findings) => new()
    {
        Parameters = [],
        Matrix = new AllowedMatrix { Name = "m", Sources = [], Subjects = [], Rows = [] },
        Subjects = [],
        Inputs = [],
        Visibility = new() { Grade = 'A', Notes = [] },
        Accounting = null!,
        Summary = null!,
        Findings = findings,
        Coverage = [],
    };

    public static Finding Of(
        string key, long flows = 3, FindingSeverity severity = FindingSeverity.High, FindingKind kind = FindingKind.Unexpected, string subject = "gateway", params IReadOnlyList<long> frames) => new()
        {
            Id = "F1",
            Key = key,
            Kind = kind,
            Reason = kind == FindingKind.Unexpected ? Reason.Port : Reason.None,
            Severity = severity,
            Subject = subject,
            Direction = FlowDirection.In,
            Transport = "tcp",
            ServicePort = 3389,
            Peers = new(1, false, ["203.0.113.7"]),
            Hosts = new(1, false, ["10.0.0.5"]),
            Flows = flows,
            Packets = flows * 6,
            Bytes = flows * 400,
            FirstNs = 1_772_438_400_000_000_000,
            LastNs = 1_772_438_401_000_000_000,
            Outcomes = [],
            Explanation = "nothing like it in the matrix",
            Frames = frames,
        };
}
