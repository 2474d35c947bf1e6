using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Explain;

/// <summary>The explanation of a flow for a person: for each of its lives the evidence, the packets, the rows. Every line is made safe for a terminal.</summary>
public static class FlowExplanationText
{
    private const int LineLimit = 1 << 14;

    public static void Write(FlowExplanation explanation, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        ArgumentNullException.ThrowIfNull(output);
        void Line(string text) => output.WriteLine(TerminalText.Clean(text, LineLimit).TrimEnd());
        Line($"Flow {explanation.Asked}");
        string inputs = explanation.Inputs.Count == 1 ? explanation.Inputs[0].Path : $"{Number(explanation.Inputs.Count)} inputs";
        Line($"  input      {inputs}, {Count(explanation.Frames, "frame")}");
        Line($"  lives      {Number(explanation.LifeCount)}{(explanation.LifeCount > explanation.Lives.Count ? $", of which the first {Number(explanation.Lives.Count)} are told" : "")}");
        if (explanation.LifeCount > 1 && explanation.VerdictCounts.Count > 0)
            Line($"  verdicts   {string.Join(", ", explanation.VerdictCounts.Select(v => $"{Number(v.Value)} {v.Key}"))}");
        foreach (FlowLife life in explanation.Lives) Life(life, explanation.LifeCount, Line);
        if (explanation.LifeCount <= explanation.Lives.Count) return;
        Line("");
        Line($"and {Count(explanation.LifeCount - explanation.Lives.Count, "more life", "more lives")}: explain --frame shows the one that a frame belongs to");
    }

    private static void Life(FlowLife life, long of, Action<string> line)
    {
        ExplainedFlow flow = life.Flow;
        line("");
        line($"Life {Number(life.Number)} of {Number(of)}   {TransportNames.Of(flow.Transport)} {life.Initiator.Socket} -> {life.Responder.Socket}{Icmp(flow)}");
        line($"  frames     {Number(flow.FirstFrame)} to {Number(life.LastFrame)}, {Rfc3339.Text(flow.FirstNs)} to {Rfc3339.Text(flow.LastNs)}");
        line($"  where      {life.Segment}{(life.Tunnel is { } tunnel ? $", inside {tunnel}" : "")}");
        line($"  outcome    {flow.Outcome.Word()}");
        foreach (string note in flow.Notes) line($"  note       {note}");
        Evidence(life, line);
        Packets(life, line);
        Speech(life, line);
        Names(flow, line);
        foreach (VerdictCase verdict in life.Verdicts) VerdictText.Write(verdict, line);
        if (life.Verdicts.Count == 0)
        {
            line("");
            line("Verdict      none: give --matrix and --protect to judge it");
        }
    }

    private static void Evidence(FlowLife life, Action<string> line)
    {
        line("");
        line($"Who initiated it   {life.Initiator.Socket}, {life.Flow.Confidence.Word()} by {life.Flow.Evidence.Word()}: {EvidenceWords.Of(life.Flow.Evidence)}");
        foreach (EvidenceRung rung in life.Ladder)
        {
            string mark = rung.Decides ? "   <- decides" : rung.Contradicts ? "   <- contradicts" : "";
            line($"  {rung.Method.Word(),-12} {EvidenceWords.Of(rung.State),-9}  {rung.Detail}{mark}");
        }

        foreach (EvidenceFlip flip in life.Flips)
            line($"  flip         frame {Number(flip.Frame)}: until then {flip.InitiatorBefore} by {flip.Before.Word()}, from then on {flip.InitiatorAfter} by {flip.After.Word()}");
        if (life.Flips.Count == 0) line("  flip         none: no stronger evidence turned it round");
    }

    private static void Packets(FlowLife life, Action<string> line)
    {
        line("");
        line("Packets");
        Side(life.Initiator, line);
        Side(life.Responder, line);
        var gaps = new List<string>();
        foreach (SideFacts side in new[] { life.Initiator, life.Responder })
        {
            if (side.Gap is { } frame) gaps.Add($"before frame {Number(frame)} {Count(side.GapBytes, "byte")} of {side.Socket}");
        }

        if (gaps.Count > 0 || life.MissingBytes > 0)
            line($"  gaps         {(life.MissingBytes > 0 ? Count(life.MissingBytes, "byte") + " never came" : "all filled later")}; first skipped: {(gaps.Count == 0 ? "not seen" : string.Join(", ", gaps))}");
        else if (life.Flow.Transport == TransportNames.Tcp) line("  gaps         none");
        line($"  copies       {(life.Copies == 0 ? "none" : $"{Number(life.Copies)} that a mirror delivered again and that do not count, the first in frame {Number(life.FirstCopy!.Value)}")}");
        if (life.IcmpErrors > 0) line($"  ICMP errors  {Number(life.IcmpErrors)}, the first in frame {Number(life.FirstIcmpError!.Value)}: {life.IcmpErrorText}");
        if (life.FirstCut is { } cut) line($"  cut          by the snap length, the first in frame {Number(cut)}");
        if (life.FirstFragment is { } fragment) line($"  fragments    the first in frame {Number(fragment)}");
    }

    private static void Side(SideFacts side, Action<string> line)
    {
        var firsts = new List<string>();
        Add("packet", side.First);
        Add("SYN", side.Syn);
        Add("SYN-ACK", side.SynAck);
        Add("request", side.Request);
        Add("reply", side.Reply);
        Add("ACK", side.Ack);
        Add("data", side.Data);
        Add("FIN", side.Fin);
        Add("RST", side.Rst);
        line($"  from {side.Socket}: {Count(side.Packets, "packet")}, {Count(side.Bytes, "byte")}{(firsts.Count == 0 ? "" : $"; first frames: {string.Join(", ", firsts)}")}");

        void Add(string what, long? frame)
        {
            if (frame is { } number) firsts.Add($"{what} {Number(number)}");
        }
    }

    private static void Speech(FlowLife life, Action<string> line)
    {
        if (life.Flow.Transport is not (TransportNames.Tcp or TransportNames.Udp)) return;
        line("");
        line($"Spoken       {life.Spoken}");
        foreach (SpeechFacts step in life.Speech)
        {
            var says = new List<string>();
            if (step.Application is { } application) says.Add($"{application}{(step.IsSure ? "" : ", as it seems")}");
            says.AddRange(step.Says);
            if (step.Client is { } client) says.Add($"{client} is the client");
            line($"  frame {Number(step.Frame)} from {step.From}: {(says.Count == 0 ? "contradicts what was said before" : string.Join("; ", says))}");
        }
    }

    private static void Names(ExplainedFlow flow, Action<string> line)
    {
        line("");
        line($"Names        {(flow.Names.Count == 0 ? "none in this capture" : "of the remote end, with their proof")}");
        foreach (string name in NameLines(flow)) line($"  {name}");
    }

    /// <summary>A line for each name of a flow, with its proof.</summary>
    internal static IEnumerable<string> NameLines(ExplainedFlow flow)
    {
        foreach (NamesOfEnd end in flow.Names)
        {
            foreach (ExplainedName name in end.Names)
            {
                string when = name.IsLater ? "; first shown after the flow began" : name.IsPastTtl ? "; its time to live was over when the flow began" : "";
                yield return $"{end.Address} is {NameText.Of(name.Name, name.Proof, name.Frame, name.IsShared, name.Chain, name.ToldTo)}{when}";
            }

            if (end.More > 0) yield return $"{end.Address} has {Count(end.More, "more name")}";
            if (end.IsShared && end.Names.All(n => !n.IsShared)) yield return $"{end.Address} is shared: it has other names, too, and the flow says which is meant";
        }
    }

    private static string Icmp(ExplainedFlow flow) => flow.Icmp is { } type ? $"   type {Number(type.Type)}, code {Number(type.Code)}" : "";

    private static string Count(long count, string one, string? many = null) => $"{Number(count)} {(count == 1 ? one : many ?? one + "s")}";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
