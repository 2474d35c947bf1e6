namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Types of records and questions that say something of addresses (IANA DNS parameters; RFC 1035, 3596, 9460). Others keep their number.</summary>
public enum DnsRecordType : ushort
{
    None = 0,
    A = 1,
    Cname = 5,
    Aaaa = 28,
    Svcb = 64,
    Https = 65,
    Any = 255,
}
