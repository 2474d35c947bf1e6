using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>Collects what a packet announces into the room that the caller gave.</summary>
internal ref struct Announcements(Span<Expectation> room)
{
    /// <summary>
    /// How long an announcement waits for its flow. A data connection follows at once, but a client may think; a called phone rings for three
    /// minutes (RFC 3261 section 16.6, timer C); a TFTP server that is quiet for a minute is given up; RPC clients keep the port of a service.
    /// </summary>
    public const long FtpNs = 300 * Second, TftpNs = 60 * Second, SipNs = 300 * Second, RpcNs = 3600 * Second;

    public const byte Tcp = Ip.Tcp, Udp = Ip.Udp;

    /// <summary>Data and dynamic ports are above the well-known ones; RFC 2577 section 3 says to refuse others.</summary>
    public const int FirstDynamicPort = 1024;

    private const long Second = 1_000_000_000;

    private readonly Span<Expectation> _room = room;
    private int _found;

    public RelatedNotes Notes { get; set; }

    public readonly RelatedReading Reading => new(_found, Notes);

    public void Add(in Expectation expectation)
    {
        if (expectation.ResponderPort == 0 || AddressKind.CannotInitiate(expectation.ResponderAddress)) Notes |= RelatedNotes.Refused;
        else if (_found == _room.Length) Notes |= RelatedNotes.TooMany;
        else _room[_found++] = expectation;
    }

    /// <summary>Times come from the capture and may lie at the end of their range.</summary>
    public static long Until(long timeNs, long lifetimeNs) => timeNs > long.MaxValue - lifetimeNs ? long.MaxValue : timeNs + lifetimeNs;
}
