using System.Net;
using PacketDotNet;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>What another library reads in a frame: its first IP packet and, where the transport has them, the ports.</summary>
internal sealed record PacketDotNetView(IPAddress Source, IPAddress Destination, int Protocol, int SourcePort, int DestinationPort)
{
    /// <summary>Link types that both libraries know.</summary>
    private static readonly Dictionary<LinkType, LinkLayers> s_links = new()
    {
        [LinkType.Ethernet] = LinkLayers.Ethernet,
        [LinkType.LinuxSll] = LinkLayers.LinuxSll,
        [LinkType.RawIp] = LinkLayers.Raw,
        [LinkType.BsdNull] = LinkLayers.Null,
    };

    public static bool Knows(LinkType linkType) => s_links.ContainsKey(linkType);

    /// <returns>Null when it finds no IP packet; <paramref name="threw"/> when it gives up with an exception.</returns>
    public static PacketDotNetView? Of(byte[] frame, LinkType linkType, out bool threw)
    {
        threw = false;
        try
        {
            Packet packet = Packet.ParsePacket(s_links[linkType], frame);
            if (packet.Extract<IPPacket>() is not { } ip) return null;
            var transport = ip.PayloadPacket as TransportPacket;
            return new(ip.SourceAddress, ip.DestinationAddress, (int)ip.Protocol, transport?.SourcePort ?? -1, transport?.DestinationPort ?? -1);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a damaged frame makes it throw.
            threw = true;
            return null;
        }
    }
}
