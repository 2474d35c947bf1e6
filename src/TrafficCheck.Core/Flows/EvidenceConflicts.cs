namespace TrafficCheck.Core.Flows;

/// <summary>What speaks against the evidence of a flow, or kept a rung of the ladder from saying anything. One bit each; a flow may have several.</summary>
[Flags]
public enum EvidenceConflicts : ushort
{
    None = 0,

    /// <summary>Both ends sent a SYN without ACK (for ICMP: a request): the first counts.</summary>
    BothSyn = 1,

    /// <summary>Both ends sent a SYN-ACK: neither counts.</summary>
    BothSynAck = 2,

    /// <summary>The payloads show both ends as the client: they say nothing.</summary>
    BothClients = 4,

    /// <summary>The payloads show the end as the client that a SYN-ACK shows as the server.</summary>
    PayloadAgainstSynAck = 8,

    /// <summary>A control connection announced the flow the other way round; the handshake counts.</summary>
    AnnouncementAgainstHandshake = 16,

    /// <summary>What points at an initiator points at an address that never initiates (multicast, broadcast, unspecified).</summary>
    AddressNeverInitiates = 32,

    /// <summary>Both sockets were proven servers elsewhere: the ledger says nothing.</summary>
    BothServers = 64,

    /// <summary>The socket that was proven a server was proven a client too, and the other end has a service port as well: the ledger says nothing.</summary>
    ServerAndClient = 128,

    /// <summary>The ledger kept from earlier runs names the other end; the proof of this run counts.</summary>
    KeptLedgerAgainstRun = 256,

    /// <summary>A SYN-ACK that nobody bore out came from the end that the ledger shows as the client.</summary>
    SynAckAgainstLedger = 512,

    /// <summary>The only service port of the matrix is at the end that the ledger shows as the client.</summary>
    MatrixAgainstLedger = 1024,

    /// <summary>
    /// The end with the service port of the matrix opened the flow in sight of the capture, and the other never said anything: a scan from a
    /// well-known source port looks the same.
    /// </summary>
    FirstPacketAgainstMatrix = 2048,

    /// <summary>Both sockets talk with many peers' ports: the number of peers says nothing.</summary>
    BothDegree = 4096,
}
