using System.Buffers.Binary;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>What a flow is found by: the key of the flow table as values.</summary>
/// <param name="Vlan">0 unless VLANs are part of the key.</param>
internal readonly record struct FlowIdentity(FlowEndpoints Ends, byte Protocol, ushort Vlan)
{
    /// <param name="addresses">Source and destination in network order, 2 x 4 or 2 x 16 bytes.</param>
    public static FlowIdentity Of(in PacketSummary packet, ReadOnlySpan<byte> addresses, bool vlanInKey)
    {
        ushort source = packet.SourcePort, destination = packet.DestinationPort;
        if (packet.Protocol is Ip.Icmp or Ip.Icmpv6)
            source = destination = (ushort)((IcmpMessage.RequestTypeOf(packet.Version, packet.IcmpType) << 8) | packet.IcmpCode);
        ushort vlan = vlanInKey ? (ushort)(packet.Vlan & 0xfff) : (ushort)0;
        FlowEndpoints ends = packet.Version == 4
            ? Ipv4Key.Create(U32(addresses), source, U32(addresses[4..]), destination, packet.Protocol, vlan, out _).Endpoints
            : Ipv6Key.Create(U64(addresses), U64(addresses[8..]), source, U64(addresses[16..]), U64(addresses[24..]), destination, packet.Protocol, vlan, out _).Endpoints;
        return new(ends, packet.Protocol, vlan);
    }

    public bool IsOf(in FlowSummary flow) => flow.Protocol == Protocol && flow.Ends == Ends && (Vlan == 0 || flow.Vlan == Vlan);

    private static uint U32(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt32BigEndian(at);

    private static ulong U64(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt64BigEndian(at);
}
