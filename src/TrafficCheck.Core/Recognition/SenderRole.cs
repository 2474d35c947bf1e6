namespace TrafficCheck.Core.Recognition;

/// <summary>Which part the sender of a payload plays in its protocol.</summary>
public enum SenderRole : byte
{
    /// <summary>The payload does not show it, or the protocol is symmetric (NTP modes 1 and 2, RTP).</summary>
    Unknown,

    /// <summary>The end that opens conversations; also the sender of what nobody asked for: syslog, SNMP traps.</summary>
    Client,

    Server,
}
