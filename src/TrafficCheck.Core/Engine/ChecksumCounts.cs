namespace TrafficCheck.Core.Engine;

/// <summary>Packets with wrong checksums, by the checksum. Those that a network card was to fill in are counted apart: nothing is wrong with them.</summary>
internal sealed class ChecksumCounts
{
    public long Ipv4Header, Tcp, Udp, Icmp, Offloaded;

    public ChecksumCounts Fork() => (ChecksumCounts)MemberwiseClone();

    public long Wrong => Ipv4Header + Tcp + Udp + Icmp;
}
