using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>
/// The flow of a packet as a number of 64 bits: that of the key that the engine gives it, the innermost packet's. Later fragments find their first. What
/// shares a number by chance, one in many billions, shares evidence. One thread.
/// </summary>
internal sealed unsafe class FlowHashes(HashSeed seed, EvidenceOptions options) : IDisposable
{
    private readonly TunnelPorts _tunnels = new(options.TunnelPorts);
    private readonly FragmentTable _fragments = new(seed);
    private readonly ushort _vlanMask = options.VlanInKey ? (ushort)0xfff : (ushort)0;

    /// <summary>Where tunnels are looked for; null when the outer packet counts.</summary>
    public TunnelPorts? Tunnels => options.Decapsulate ? _tunnels : null;

    /// <summary>
    /// What most frames are, without decoding: Ethernet with a tag or none, IPv4 without options and fragments, TCP or UDP that is no tunnel. It is taken by
    /// fewer looks than the decoder has: what is damaged may get a flow here that the engine does not know, and nobody will ask for.
    /// </summary>
    /// <param name="tcpFlags">0 for UDP.</param>
    /// <returns>0 for all other frames, which have to be decoded.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong OfOrdinary(byte* frame, in FrameDescriptor descriptor, out byte tcpFlags)
    {
        const int Ethernet = 14, Tag = 4, Ip = 20, SmallestTcp = 20;
        tcpFlags = 0;
        if (descriptor.LinkType != LinkType.Ethernet || descriptor.CapturedLength < Ethernet + Tag + Ip + SmallestTcp) return 0;

        // SAFETY: all that is read lies within the length compared above, the tag included.
        int type = U16(frame + 12), vlan = 0;
        byte* ip = frame + Ethernet;
        if (type == 0x8100)
        {
            vlan = U16(ip) & _vlanMask;
            type = U16(ip + 2);
            ip += Tag;
        }

        if (type != 0x0800 || ip[0] != 0x45 || (U16(ip + 6) & 0x3fff) != 0) return 0;
        byte protocol = ip[9];
        if (protocol == Tcp) tcpFlags = ip[Ip + 13];
        else if (protocol != Udp || (options.Decapsulate && _tunnels.MayBe(U16(ip + Ip), U16(ip + Ip + 2)))) return 0;
        return Ipv4Key.Hash(Ipv4Key.Read(ip + 12, protocol, (uint)vlan, out _), in seed) | 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DecodeStatus Decode(byte* frame, in FrameDescriptor descriptor, out PacketSummary packet)
    {
        DecodeStatus status = FrameDecoder.Decode(frame, descriptor.CapturedLength, descriptor.LinkType, out packet);
        if (packet.Protocol != Tcp && options.Decapsulate && status == DecodeStatus.Decoded && TunnelDecoder.MayCarry(in packet, _tunnels))
            status = TunnelDecoder.Unwrap(status, ref packet, _tunnels);
        return status;
    }

    /// <param name="quoted">The flow that an ICMP error is about, else 0.</param>
    /// <returns>0 for what belongs to no flow.</returns>
    public ulong Of(DecodeStatus status, in PacketSummary packet, long timestampNs, out ulong quoted)
    {
        quoted = 0;
        if (status == DecodeStatus.Decoded && !packet.IsFragment && packet.Protocol is Tcp or Udp) return Hash(in packet, packet.Protocol, packet.SourcePort, packet.DestinationPort);
        return status > DecodeStatus.LaterFragment ? 0 : OfRest(status, in packet, timestampNs, out quoted);
    }

    /// <summary>Numbers of what many flows of a scan or flood have in common: the socket that is tried, one port from one host, one host from another.</summary>
    public (ulong Socket, ulong Sweep, ulong Pair) LikenessOf(in PacketSummary packet)
    {
        byte* a = packet.Addresses;
        ulong from = packet.Version == 4 ? U32(a) : seed.Mix(U64(a), U64(a + 8)), to = packet.Version == 4 ? U32(a + 4) : seed.Mix(U64(a + 16), U64(a + 24));
        ulong port = ((ulong)packet.Protocol << 16) | packet.DestinationPort;
        return (seed.Mix(to, port), seed.Mix(from, port | (1UL << 32)), seed.Mix(from ^ (to << 32) ^ (to >> 32), 2UL << 32));
    }

    public void Dispose()
    {
        _tunnels.Dispose();
        _fragments.Dispose();
    }

    private const byte Icmp = 1, Tcp = 6, Udp = 17, Dccp = 33, Icmpv6 = 58, Sctp = 132, UdpLite = 136;

    private static bool HasPortsOrType(byte protocol) => protocol is Tcp or Udp or Icmp or Icmpv6 or Sctp or UdpLite or Dccp;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong OfRest(DecodeStatus status, in PacketSummary packet, long timestampNs, out ulong quoted)
    {
        quoted = 0;
        byte protocol = packet.Protocol;
        if (status == DecodeStatus.LaterFragment)
        {
            if (!HasPortsOrType(protocol) && packet.Version == 4) return Hash(in packet, protocol, 0, 0);
            return _fragments.Later(KeyOf(in packet), packet.IpLength, timestampNs, 0, out FirstFragment first) && !first.CarriesTunnel
                ? Hash(in packet, first.Protocol, first.SourcePort, first.DestinationPort)
                : 0;
        }

        ushort source = packet.SourcePort, destination = packet.DestinationPort;
        if (protocol is Icmp or Icmpv6)
        {
            source = destination = Type(in packet);
            if (IcmpMessage.IsError(packet.Version, packet.IcmpType) && IcmpMessage.TryReadQuoted(packet.Version, packet.Payload, packet.PayloadLength, out PacketSummary inside))
            {
                inside.Vlan = packet.Vlan;
                quoted = inside.Protocol is Icmp or Icmpv6
                    ? Hash(in inside, inside.Protocol, Type(in inside), Type(in inside))
                    : Hash(in inside, inside.Protocol, inside.SourcePort, inside.DestinationPort);
            }
        }

        if (packet.IsFragment) _fragments.First(KeyOf(in packet), new FirstFragment(protocol, source, destination), timestampNs);
        return Hash(in packet, protocol, source, destination);
    }

    private static ushort Type(in PacketSummary packet) => (ushort)((IcmpMessage.RequestTypeOf(packet.Version, packet.IcmpType) << 8) | packet.IcmpCode);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Hash(in PacketSummary packet, byte protocol, ushort source, ushort destination)
    {
        // SAFETY: the decoder found both addresses inside the captured bytes.
        byte* a = packet.Addresses;
        ushort vlan = (ushort)(packet.Vlan & _vlanMask);
        ulong hash = packet.Version == 4
            ? Ipv4Key.Hash(Ipv4Key.Create(U32(a), source, U32(a + 4), destination, protocol, vlan, out _), in seed)
            : Ipv6Key.Hash(Ipv6Key.Create(U64(a), U64(a + 8), source, U64(a + 16), U64(a + 24), destination, protocol, vlan, out _), in seed);
        return hash | 1; // 0 is no flow
    }

    private DatagramKey KeyOf(in PacketSummary packet)
    {
        byte* a = packet.Addresses;
        ushort vlan = (ushort)(packet.Vlan & _vlanMask);
        return packet.Version == 4
            ? new(IpAddress.V4(U32(a)), IpAddress.V4(U32(a + 4)), packet.FragmentId, vlan, packet.Protocol)
            : new(IpAddress.V6(U64(a), U64(a + 8)), IpAddress.V6(U64(a + 16), U64(a + 24)), packet.FragmentId, vlan, 0);
    }

    private static ushort U16(byte* p) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(p));

    private static uint U32(byte* p) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(p));

    private static ulong U64(byte* p) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(p));
}
