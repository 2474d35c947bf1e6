using System.Globalization;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Core.Engine;

/// <summary>Sentences about what limits the trust in a capture, with figures and what to do, in fixed order.</summary>
internal static class VisibilityNotes
{
    /// <summary>Wrong checksums beyond this share are worth a sentence.</summary>
    private const double ManyBadChecksums = 0.01;

    public static IReadOnlyList<string> Of(
        VisibilityReport seen, AccountingReport accounting, bool damaged, bool oneWay)
    {
        var notes = new List<string>();
        if (accounting.FramesRead == 0) notes.Add("no frames were read");
        if (damaged) notes.Add("an input could not be read whole: what it held beyond that is not in this report");
        if (seen.DroppedFrames is null && accounting.FramesRead > 0) notes.Add("the inputs do not say whether the capture dropped frames");
        if (oneWay)
        {
            notes.Add(Text($"{seen.TcpOneWay} of {seen.TcpConversations} TCP conversations show one direction only: mirror both directions"));
            if (seen.OneWayBySegment.Count > 0 && seen.OneWayBySegment[0] is var worst)
                notes.Add(Text($"most of them on {worst.Segment}: {worst.OneWay} of {worst.Conversations}"));
        }

        if (seen.Gaps > 0)
            notes.Add(Text($"{Of(seen.Gaps, "TCP conversation lacks", "TCP conversations lack")} {seen.MissingBytes} bytes that were sent: the mirror or the capture lost packets"));
        if (seen.UndecodedFrames > 0) notes.Add(Text($"{Of(seen.UndecodedFrames, "frame was", "frames were")} not decoded: what they carry was not judged"));
        if (seen.TruncatedFrames > 0)
            notes.Add(Text($"{Of(seen.TruncatedFrames, "packet was", "packets were")} cut by the snap length: applications and names may be missing there"));
        if (seen.Late > 0)
            notes.Add(Text($"{Of(seen.Late, "frame is", "frames are")} more than 100 ms behind others: the inputs were not merged by time, or their clocks differ"));
        if (seen.ClockStepsBack > 0)
            notes.Add(Text($"the clock was set back by more than an hour {Times(seen.ClockStepsBack)}: idle times across it are not known"));
        if (seen.ClockStepsForward > 0)
            notes.Add(Text($"nothing was captured for more than an hour, or the clock was set forward, {Times(seen.ClockStepsForward)}"));
        if (seen.TimeGaps.Count > 0)
        {
            TimeSpan longest = TimeSpan.FromMicroseconds(seen.TimeGaps.Max(g => (ulong)(g.ToNs - g.FromNs)) / 1000);
            notes.Add(Text($"{Of(seen.TimeGaps.Count, "gap", "gaps")} between the inputs, the longest of {Span(longest)}: what happened then is not in this report"));
        }

        if (seen.FramesWithoutTime > 0) notes.Add(Text($"{Of(seen.FramesWithoutTime, "frame has", "frames have")} no time; they take that of the frame before"));
        if (seen.BadChecksums > accounting.FramesRead * ManyBadChecksums)
            notes.Add(Text($"{Of(seen.BadChecksums, "packet has a wrong checksum", "packets have wrong checksums")}: a faulty mirror or link, or a capture that was edited"));
        if (seen.OffloadedChecksums > 0)
            notes.Add(Text($"{Of(seen.OffloadedChecksums, "checksum", "checksums")} left to the network card: captured on a host that took part"));
        if (seen.PacketsAbove9216 > 0)
            notes.Add(Text($"{Of(seen.PacketsAbove9216, "packet is", "packets are")} larger than a link carries (segmentation offload): captured on a host, where one packet stands for several on the wire"));
        else if (seen.PacketsAbove1500 > 0)
            notes.Add(Text($"{Of(seen.PacketsAbove1500, "packet is", "packets are")} larger than 1500 bytes: jumbo frames, or captured on a host with segmentation offload"));
        if (accounting.FlowsEvicted > 0)
        {
            long unanswered = accounting.EvictedByKind.Where(e => e.Key == "unanswered").Sum(e => e.Value);
            notes.Add(Text($"{Of(accounting.FlowsEvicted, "flow", "flows")} ended early, because --max-flows was reached: ")
                + (unanswered == accounting.FlowsEvicted ? "nothing had been exchanged on them, and no conversation was cut" : "raise it"));
        }

        return notes;
    }

    private static string Of(long count, string one, string many) => Text($"{count} {(count == 1 ? one : many)}");

    private static string Span(TimeSpan span) => span.TotalHours >= 1
        ? Text($"{(long)span.TotalHours} h {span.Minutes} min")
        : Text($"{span.Minutes} min {span.Seconds} s");

    private static string Times(long count) => count == 1 ? "once" : Text($"{count} times");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
