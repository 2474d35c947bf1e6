namespace TrafficCheck.Core.Recognition.Names;

/// <summary>How far a DNS message could be read. What was read before the end of it stands.</summary>
public enum DnsStatus
{
    /// <summary>Everything that its header announces was there.</summary>
    Whole,

    /// <summary>The bytes end before the header says: cut by the snap length, or the rest is in later segments.</summary>
    Cut,

    /// <summary>No DNS: a name that does not end or points forward, a reserved label type, a length that cannot be.</summary>
    Invalid,
}
