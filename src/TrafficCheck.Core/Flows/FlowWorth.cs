namespace TrafficCheck.Core.Flows;

/// <summary>What is lost when a flow ends early, least first.</summary>
public enum FlowWorth : byte
{
    /// <summary>Nothing was exchanged: SYNs with or without their SYN-ACK, refused ones, one to three packets of one side.</summary>
    Unanswered,

    /// <summary>A TCP conversation that is over.</summary>
    Closed,

    /// <summary>Many packets of one side: logs, or a conversation of which the other side was not captured.</summary>
    OneSided,

    /// <summary>Packets both ways, beyond a handshake.</summary>
    Conversation,
}

/// <summary>The words of reports for <see cref="FlowWorth"/>.</summary>
public static class FlowWorthNames
{
    /// <summary>In the order of the values.</summary>
    public static IReadOnlyList<string> All { get; } = ["unanswered", "closed", "one-sided", "conversation"];
}
