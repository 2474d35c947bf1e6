using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>The names that the capture itself gives to hosts: fed with DNS answers by the intake, asked when flows are judged.</summary>
internal sealed unsafe class PeerNaming
{
    /// <summary>Port of DNS (RFC 1035); answers from elsewhere name nobody.</summary>
    public const ushort DnsPort = 53;

    private readonly NameBook _book = new(new NameBookLimits(MaxBytes: 32L << 20));

    /// <summary>Entries given up because the book was full.</summary>
    public long Evicted => _book.Evicted;

    /// <summary>Learns from the payload of a packet that port 53 sent; anything but an answer teaches nothing.</summary>
    public void Learn(in PacketSummary packet, IpAddress client, long frame, long timeNs)
    {
        // SAFETY: the decoder found the payload inside the captured bytes.
        var payload = new ReadOnlySpan<byte>(packet.Payload, packet.PayloadLength);
        DnsStatus status = packet.Protocol == Ip.Udp ? DnsMessage.TryWrap(payload, out DnsMessage message) : DnsMessage.TryWrapTcp(payload, out message, out _);
        if (status != DnsStatus.Invalid) _book.Learn(in message, client, frame, timeNs);
    }

    /// <summary>
    /// Names of a peer as a host knows it: those from its own questions when it asked, else those that others were told. Empty when the capture
    /// names the peer nowhere.
    /// </summary>
    public string[] NamesOf(IpAddress client, IpAddress peer, long timeNs)
    {
        PeerNames known = _book.Names(client, peer, timeNs);
        if (known.Names.Count == 0) return [];
        bool own = known.Names.Any(n => n.SameClient);
        return [.. known.Names.Where(n => n.SameClient || !own).Select(n => n.Name).Distinct()];
    }
}
