using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Grades how far the capture can be trusted. The grade is the worst of the grades of its figures; the limits stand in <see cref="Grade"/>
/// and in the documentation.
/// </summary>
internal static class RunVisibility
{
    private static readonly double[] s_oneWayLimits = [0.01, 0.05, 0.20, 0.50, 0.90];
    private static readonly double[] s_undecodedLimits = [0.001, 0.01, 0.05, 0.20, 0.50];
    private static readonly double[] s_lossLimits = [0.000_01, 0.001, 0.01, 0.05, 0.20];

    public static VisibilityReport Build<TSink>(
        FrameIntake<TSink> intake, CoverageLedger coverage, AccountingReport accounting, IReadOnlyList<InputSummary> inputs)
        where TSink : struct, IFlowSink
    {
        double? oneWay = coverage.TcpConversations == 0 ? null : (double)coverage.TcpOneWay / coverage.TcpConversations;
        long undecoded = 0;
        for (var status = DecodeStatus.Decoded; status < DecodeStatus.Count; status++)
        {
            if (!DecodeStatusNames.IsDecoded(status) && !DecodeStatusNames.IsNonIp(status)) undecoded += intake.Statuses[(int)status];
        }

        double undecodedShare = accounting.FramesRead == 0 ? 0 : (double)undecoded / accounting.FramesRead;
        long? dropped = inputs.Any(i => i.DroppedFrames is not null) ? inputs.Sum(i => i.DroppedFrames ?? 0) : null;
        double loss = dropped is > 0 ? (double)dropped / (dropped.Value + accounting.FramesRead) : 0;
        long cut = accounting.Oddities.FirstOrDefault(o => o.Key == "packet-cut").Value;

        int grade = Math.Max(Grade(oneWay ?? 0, s_oneWayLimits), Math.Max(Grade(undecodedShare, s_undecodedLimits), Grade(loss, s_lossLimits)));
        var notes = new List<string>();
        if (accounting.FramesRead == 0)
        {
            grade = 5;
            notes.Add("no frames were read");
        }

        if (inputs.Any(i => i.Damaged))
        {
            grade = Math.Max(grade, 2);
            notes.Add("an input could not be read whole: what it held beyond that is not in this report");
        }

        if (dropped is null && accounting.FramesRead > 0) notes.Add("the inputs do not say whether the capture dropped frames");
        if (grade > 0 && Grade(oneWay ?? 0, s_oneWayLimits) > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{coverage.TcpOneWay} of {coverage.TcpConversations} TCP conversations show one direction only: mirror both directions"));
        if (undecoded > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{undecoded} frames were not decoded: what they carry was not judged"));
        if (cut > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{cut} packets were cut by the snap length: applications and names may be missing there"));
        if (accounting.FlowsEvicted > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{accounting.FlowsEvicted} flows ended early, because --max-flows was reached: raise it"));
        return new VisibilityReport
        {
            Grade = "ABCDEF"[grade],
            DroppedFrames = dropped,
            OneWayShare = oneWay,
            UndecodedShare = undecodedShare,
            TruncatedFrames = cut,
            OutOfOrder = intake.OutOfOrder,
            Notes = notes,
        };
    }

    /// <summary>0 for A up to the first limit, 1 for B up to the second ... 5 for F beyond the last.</summary>
    private static int Grade(double share, double[] limits)
    {
        int grade = 0;
        while (grade < limits.Length && share > limits[grade]) grade++;
        return grade;
    }
}
