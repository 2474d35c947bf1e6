using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>Where flows are read while they live: what they speak, the names in them, and the flows that they announce.</summary>
internal sealed class FlowReader(FlowNotes notes, PeerNaming? names, bool speechAsked)
{
    /// <returns>Whether more payloads of the flow are of use.</returns>
    public bool Read(in FlowPayload payload, ref FlowSpeech speech)
    {
        // A SYN tells the direction, and nobody asks for more.
        if (!speechAsked && payload.HasSyn) return false;
        bool more = PayloadReader.Read(in payload, ref speech);
        if (names is not null) more |= names.Reader.Read(in payload, ref speech);
        return more;
    }

    public FlowSummary End(in FlowSummary flow)
    {
        uint number = flow.Speech.Note;
        if (number == 0) return flow;
        FlowNote note = notes.Take(number);
        names?.Reader.End(in flow, number, note.Pending);
        return flow with { Note = note };
    }
}
