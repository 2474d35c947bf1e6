using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Reporting.Explain;

/// <summary>The explanation of a frame for a person. Every line is made safe for a terminal.</summary>
public static class ExplanationText
{
    private const int LineLimit = 1 << 16;

    public static void Write(FrameExplanation explanation, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        ArgumentNullException.ThrowIfNull(output);
        void Line(string text) => output.WriteLine(TerminalText.Clean(text, LineLimit).TrimEnd());
        Origin(explanation, Line);
        if (explanation.Parts.Count > 1) Line($"  parts      {Number(explanation.Parts.Count)}: an aggregate, each part of which is a packet of its own");
        for (int i = 0; i < explanation.Parts.Count; i++)
        {
            PartExplanation part = explanation.Parts[i];
            if (explanation.Parts.Count > 1) Part(i + 1, explanation.Parts.Count, Line);
            Layers(part.Walk, Line);
            Decoding(explanation, part.Walk, Line);
            if (part.Fragment is { } fragment) Fragment(fragment, Line);
            Flow(part, Line);
            if (part.Other is { } view) Other(view, Line);
        }

        if (explanation.Other is { } other) Other(other, Line);
    }

    private static void Origin(FrameExplanation explanation, Action<string> line)
    {
        FrameDescriptor frame = explanation.Frame.Descriptor;
        line($"Frame {Number(explanation.Frame.Number)} of {Number(explanation.Frames)}");
        line($"  input      {explanation.Input.Path} ({explanation.Input.Format})");
        CaptureInterface? captured = explanation.Interface;
        string name = string.IsNullOrEmpty(captured?.Name) ? "" : $" \"{captured.Name}\"";
        string snap = captured is { SnapLength: > 0 } ? $", at most {Number(captured.SnapLength)} bytes of a frame" : "";
        line($"  interface  {Number(captured?.Id ?? 0)}{name}, link type {LinkTypeNames.Of(frame.LinkType)}{snap}");
        line($"  time       {Rfc3339.Text(frame.TimestampNs)}");
        line($"  length     {Number(frame.WireLength)} bytes on the link, {Number(frame.CapturedLength)} captured");
    }

    private static void Part(int number, int of, Action<string> line)
    {
        line("");
        line($"Part {Number(number)} of {Number(of)}");
    }

    private static void Layers(FrameWalk walk, Action<string> line)
    {
        line("");
        line("Layers (byte offset, header)");
        for (int i = 0; i < walk.Layers.Count; i++)
        {
            WalkedLayer layer = walk.Layers[i];
            string counts = i == walk.IpLayer && DecodeStatusNames.IsDecoded(walk.Status) ? "   <- the packet that counts" : "";
            line($"  {layer.Offset,6}  {layer.Name}, {Bytes(layer.Length)}{counts}");
            int width = layer.Fields.Count == 0 ? 0 : layer.Fields.Max(f => f.Name.Length);
            foreach (WalkedField field in layer.Fields) line($"    {field.Offset,6}  {field.Name.PadRight(width)}  {field.Value}");
            if (layer.MoreFields > 0) line($"            and {Number(layer.MoreFields)} more");
            foreach (string note in layer.Notes) line($"            ! {note}");
        }

        PacketSummary packet = walk.Packet;
        if (DecodeStatusNames.IsDecoded(walk.Status) && walk.PayloadOffset >= 0 && packet.PayloadLength > 0 && walk.Layers[^1].Offset < walk.PayloadOffset)
            line($"  {walk.PayloadOffset,6}  payload, {Bytes(packet.PayloadLength)} captured");
    }

    private static void Decoding(FrameExplanation explanation, FrameWalk walk, Action<string> line)
    {
        PacketSummary packet = walk.Packet;
        line("");
        line("Decoding");
        line($"  status     {DecodeStatusNames.Of(walk.Status)}: {DecodeWords.Of(walk.Status)}");
        foreach (var (oddity, name) in Oddities(explanation, walk)) line($"  oddity     {name}: {DecodeWords.Of(oddity)}");
        if (packet.Vlan != 0) line($"  vlan       {Number(packet.Vlan)}");
        if (packet.Tunnel.ToString() is { } tunnel) line($"  tunnel     {tunnel}");
        if (DecodeStatusNames.IsDecoded(walk.Status)) line($"  IP bytes   {Number(packet.IpLength)}");
        if (!explanation.WalkAgrees) line("  ! the layers above and the decoder of check disagree: this is a defect of the program, please report it with the frame");
    }

    internal static IEnumerable<KeyValuePair<Oddities, string>> Oddities(FrameExplanation explanation, FrameWalk walk)
    {
        FrameDescriptor frame = explanation.Frame.Descriptor;
        Oddities oddities = walk.Packet.Oddities;
        if (frame.WireLength < (uint)frame.CapturedLength) oddities |= Core.Wire.Oddities.CapturedBeyondWire;
        if ((oddities & Core.Wire.Oddities.Aggregate) != 0 && walk.Packet.Rest == 0 && frame.WireLength > (uint)frame.CapturedLength) oddities |= Core.Wire.Oddities.AggregateReadInPart;
        return DecodeWords.All(oddities);
    }

    private static void Fragment(FragmentStory fragment, Action<string> line)
    {
        line("");
        line("Fragment");
        line($"  {fragment.Decision}");
        if (fragment.FirstFragment is { } first) line($"  first      frame {Number(first)}");
        if (fragment.LaterFragments.Count == 0) return;
        string more = fragment.MoreFragments > 0 ? $" and {Number(fragment.MoreFragments)} more" : "";
        line($"  later      frames {string.Join(", ", fragment.LaterFragments.Select(Number))}{more}");
    }

    private static void Flow(PartExplanation part, Action<string> line)
    {
        line("");
        line("Flow");
        if (part.WithoutFlow is { } without) line($"  {without}");
        if (part.Flow is not { } flow) return;
        string icmp = flow.Icmp is { } type ? $"   type {Number(type.Type)}, code {Number(type.Code)}" : "";
        line($"  {TransportNames.Of(flow.Transport)} {Socket(flow.Initiator, flow.InitiatorPort)} -> {Socket(flow.Responder, flow.ResponderPort)}{icmp}");
        line($"  initiator  {flow.Initiator}, {flow.Confidence.Word()} by {flow.Evidence.Word()}: {EvidenceWords.Of(flow.Evidence)}");
        line($"  outcome    {flow.Outcome.Word()}");
        line($"  packets    {Number(flow.InitiatorPackets)} ({Bytes(flow.InitiatorBytes)}) from the initiator, {Number(flow.ResponderPackets)} ({Bytes(flow.ResponderBytes)}) from the responder");
        line($"  time       {Rfc3339.Text(flow.FirstNs)} to {Rfc3339.Text(flow.LastNs)}, opened by frame {Number(flow.FirstFrame)}");
        foreach (string note in flow.Notes) line($"  note       {note}");
        foreach (string name in FlowExplanationText.NameLines(flow)) line($"  name       {name}");
        foreach (ExplainedVerdict verdict in flow.Verdicts) Verdict(verdict, line);
        if (flow.Verdicts.Count == 0) line("  verdict    none: give --matrix and --protect to judge it");
        line($"  more       explain --flow {FlowTarget.TextOf(flow)}");
    }

    private static void Verdict(ExplainedVerdict verdict, Action<string> line)
    {
        string subject = verdict.Subject.Length == 0 ? "" : $" for {verdict.Subject}, {verdict.Direction.Word()}";
        string reason = verdict.Reason == Reason.None ? "" : $", {verdict.Reason.Word()}: {EvidenceWords.Of(verdict.Reason)}";
        string link = verdict.LinkScope.Length == 0 ? "" : $" ({verdict.LinkScope})";
        line($"  verdict    {verdict.Verdict.Word()}{subject}{reason}{link}");
        string role = verdict.Verdict switch
        {
            Core.Engine.Reports.Verdict.Allowed or Core.Engine.Reports.Verdict.Related => "answers",
            Core.Engine.Reports.Verdict.Undetermined => "might answer",
            _ => "comes nearest",
        };
        foreach (ExplainedRow row in verdict.Rows) line($"             {row.Id} {role} ({row.File}, line {Number(row.Line)})");
        foreach (ExplainedRow row in verdict.CoveredRows) line($"             {row.Id} matches, but a more specific row covers it ({row.File}, line {Number(row.Line)})");
        foreach (ExplainedRow row in verdict.PossibleRows) line($"             {row.Id} might answer instead, were a name of the peer known ({row.File}, line {Number(row.Line)})");
    }

    private static void Other(OtherReading other, Action<string> line)
    {
        line("");
        line(other.Differences.Count == 0 && other.GaveUp is null ? $"{other.Library} agrees" : $"{other.Library} reads it differently");
        if (other.Layers.Count > 0) line("  finds      " + string.Join(", ", other.Layers.Select(l => $"{l.Name} {(l.Offset < 0 ? "" : Number(l.Offset) + "+")}{Number(l.Length)}")));
        if (other.GaveUp is { } why) line($"  gives up   {why}");
        foreach (string difference in other.Differences) line($"  differs    {difference}");
    }

    private static string Socket(IPAddress address, ushort? port) => port is not { } number ? address.ToString()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]:{Number(number)}" : $"{address}:{Number(number)}";

    private static string Bytes(long count) => Number(count) + (count == 1 ? " byte" : " bytes");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
