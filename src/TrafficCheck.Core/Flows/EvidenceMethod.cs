namespace TrafficCheck.Core.Flows;

/// <summary>How the initiator of a flow is known, strongest first: the evidence ladder. Stronger replaces weaker.</summary>
public enum EvidenceMethod : byte
{
    /// <summary>The initiator sent a SYN without ACK.</summary>
    Syn,

    /// <summary>A SYN-ACK went to the initiator.</summary>
    SynAck,

    /// <summary>The payload shows the client (for ICMP: who sent the request).</summary>
    Application,

    /// <summary>A control connection announced it.</summary>
    Related,

    /// <summary>The other socket was proven a server elsewhere.</summary>
    Ledger,

    /// <summary>Exactly one end's port is a service port in the matrix for that transport and subject.</summary>
    Matrix,

    /// <summary>One socket talks with many peers' distinct ports.</summary>
    Degree,

    /// <summary>It sent the first packet, well after the capture began.</summary>
    FirstPacket,

    /// <summary>It sent the first packet captured; the flow may be older than the capture.</summary>
    FirstSeen,

    None,
}

/// <summary>How far the direction of a flow can be trusted.</summary>
public enum Confidence : byte { Proven, Likely, Weak, Unknown }

/// <summary>Whether the conversation worked.</summary>
public enum Outcome : byte { Established, Answered, Refused, NoAnswer, Unreachable, OneWay }
