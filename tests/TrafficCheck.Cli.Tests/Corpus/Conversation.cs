namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>What a table of flows says of one 5-tuple. Sent means by <paramref name="Initiator"/>.</summary>
/// <param name="ByPayload">Payload says who initiated, where tshark takes the sender of the first packet.</param>
/// <param name="FirstNs">Nanoseconds since 1970, or null where the table has no time.</param>
internal sealed record Conversation(string Initiator, long Sent, long Received, long SentBytes, long ReceivedBytes, long? FirstNs, bool ByPayload = false)
{
    /// <summary>The sum of two rows of one 5-tuple; the earlier one says who initiated.</summary>
    public Conversation Plus(Conversation other)
    {
        if (other.FirstNs < FirstNs) return other.Plus(this);
        Conversation turned = other.TurnedTo(Initiator);
        return this with
        {
            Sent = Sent + turned.Sent,
            Received = Received + turned.Received,
            SentBytes = SentBytes + turned.SentBytes,
            ReceivedBytes = ReceivedBytes + turned.ReceivedBytes,
        };
    }

    /// <summary>The same counts as seen by another initiator.</summary>
    public Conversation TurnedTo(string initiator) =>
        initiator == Initiator ? this : new(initiator, Received, Sent, ReceivedBytes, SentBytes, FirstNs, ByPayload);
}
