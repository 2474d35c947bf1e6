namespace TrafficCheck.Core.Flows;

/// <summary>
/// What is known of the few flows that showed a name, or that belong to another flow. Kept by whoever reads payloads, who also gives the numbers
/// their meaning.
/// </summary>
public struct FlowNote
{
    /// <summary>The frame that showed <see cref="Name"/>, and the frame that announced this flow.</summary>
    public long NameFrame, AnnouncedFrame;

    /// <summary>Number of the name by which the client called the server; 0 for none.</summary>
    public uint Name;

    /// <summary>Number of the control connection that this flow is, or of the one that announced it; 0 for none.</summary>
    public uint Control, Parent;

    /// <summary>Where bytes wait for the rest of their message; 0 for nowhere.</summary>
    public ushort Pending;

    /// <summary>How the name was shown, and what announced the flow.</summary>
    public byte NameKind, Announcement;

    /// <summary>The name is that of the high end.</summary>
    public bool NameIsOfHigh;

    /// <summary>The announcement fits, and was not plain.</summary>
    public bool IsGuess;

    /// <summary>Whom the announcement makes the initiator: 0 nobody, 1 the low end, 2 the high one.</summary>
    public byte Initiator;
}
