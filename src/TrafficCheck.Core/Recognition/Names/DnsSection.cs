namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Part of a DNS message that a record stands in (RFC 1035 section 4.1).</summary>
public enum DnsSection
{
    Answer,
    Authority,
    Additional,
}
