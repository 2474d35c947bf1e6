using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>Where flows are read while they live: what they speak, the names in them, and the flows that they announce.</summary>
/// <param name="names">Null when nobody asks for names.</param>
/// <param name="related">Null when no flow that the matrix allows announces others.</param>
/// <param name="speechAsked">A row or a list asks what is spoken; else only those flows are read whose direction no SYN tells.</param>
internal sealed class FlowReader(FlowNotes notes, PeerNaming? names, RelatedFlows? related, bool speechAsked)
{
    public bool WantsOpenings => related is not null && related.WantsOpenings;

    public void Open(in FlowPayload packet, ref FlowSpeech speech) => related!.Open(in packet, ref speech);

    /// <summary>Sees each payload that is read, or null.</summary>
    public ISpeechWatch? Watch { get; set; }

    /// <returns>Whether more payloads of the flow are of use.</returns>
    public bool Read(in FlowPayload payload, ref FlowSpeech speech)
    {
        if (Watch is null) return ReadOn(in payload, ref speech);
        FlowSpeech before = speech;
        bool more = ReadOn(in payload, ref speech);
        Watch.Read(in payload, before, speech);
        return more;
    }

    private bool ReadOn(in FlowPayload payload, ref FlowSpeech speech)
    {
        if (!speechAsked)
        {
            // Ports before all else: what is known of the flow lies where the cache has to fetch it.
            if (payload.HasSyn && !(related is not null && (related.IsControlPort(in payload) || related.MayBeFtpData(in payload)))) return false;
            if (related is not null && related.IsWholeDnsAnswer(in payload)) return true;
        }

        bool more = PayloadReader.Read(in payload, ref speech);
        if (related is not null)
        {
            // What was just recognised may make it a control connection, or show that it is none.
            ControlKind kind = related.KindOf(in payload, in speech, out bool clientIsHigh);
            if (kind != ControlKind.None && related.Read(kind, in payload, clientIsHigh, ref speech)) more |= MayStillBe(kind, in speech, more);
        }

        if (names is not null) more |= names.Reader.Read(in payload, ref speech);
        return more;
    }

    /// <summary>Something else at the port of a control connection is not read to its end; lines and calls may begin in the middle of a segment.</summary>
    private static bool MayStillBe(ControlKind kind, in FlowSpeech speech, bool more) =>
        more || kind is ControlKind.Ftp or ControlKind.SunRpc || (Recognition.Application)speech.Application > Recognition.Application.Unrecognized;

    /// <summary>A live flow with a note counts as ended in a fork: with its note, which stays.</summary>
    /// <param name="forkedNames">Of the fork.</param>
    /// <param name="forkedRelated">Of the fork.</param>
    /// <param name="ends">Whether the fork takes it as ended; if not, as live.</param>
    public FlowSummary EndInFork(in FlowSummary flow, PeerNaming? forkedNames, RelatedFlows? forkedRelated, bool ends)
    {
        uint number = flow.Speech.Note;
        FlowNote note = notes.At(number);
        if (ends)
        {
            forkedNames?.EndInFork(in flow, number, note.Pending);
            if (note.Control != 0) forkedRelated!.End(note.Control, in flow);
        }

        return flow with { Note = note };
    }

    /// <summary>A flow with a note ended: it leaves with it.</summary>
    public FlowSummary End(in FlowSummary flow)
    {
        uint number = flow.Speech.Note;
        FlowNote note = notes.Take(number);
        names?.Reader.End(in flow, number, note.Pending);
        if (note.Control != 0) related!.End(note.Control, in flow);
        return flow with { Note = note };
    }
}
