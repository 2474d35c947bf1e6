namespace TrafficCheck.Core.Recognition.Related;

/// <summary>What else one packet of a control flow said.</summary>
[Flags]
public enum RelatedNotes
{
    None = 0,

    /// <summary>The message goes on behind the packet; what was found so far stands.</summary>
    Incomplete = 1,

    /// <summary>More was announced than there is room for, or than anybody needs.</summary>
    TooMany = 2,

    /// <summary>An announcement was not believed: a well-known port, a third host, an address that no flow goes to.</summary>
    Refused = 4,

    /// <summary>The client asked for TLS on the control connection.</summary>
    TlsRequested = 8,

    /// <summary>The server agreed: from here on announcements cannot be seen.</summary>
    TlsAccepted = 16,
}
