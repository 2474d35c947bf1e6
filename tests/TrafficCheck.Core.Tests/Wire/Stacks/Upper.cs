using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>What an IP packet carries, and what must be found in it when only its first bytes are there.</summary>
/// <param name="Header">Bytes of the transport's header.</param>
internal sealed record Upper(byte Protocol, int Header, int Source, int Destination, int Flags, byte[] Data, byte[] Options)
{
    public const byte Icmp = 1, Tcp = 6, Udp = 17, Dccp = 33, Icmpv6 = 58, Sctp = 132, UdpLite = 136;

    /// <summary>Protocols without ports that no packet travels in.</summary>
    private static readonly byte[] s_others = [2, 50, 59, 89, 112, 253];

    public int Length => Header + Data.Length;

    public static Upper Any(Random random)
    {
        byte[] data = new byte[random.Next(3) == 0 ? 0 : random.Next(1, 80)];
        random.NextBytes(data);

        // Ports that no tunnel has.
        int source = random.Next(20_000, 65_536), destination = random.Next(1, 1000);
        if (random.Next(2) == 0) (source, destination) = (destination, source);
        switch (random.Next(10))
        {
            case 0 or 1 or 2:
                byte[] options = random.Next(3) switch { 0 => [], 1 => TcpOptions.Syn, _ => TcpOptions.Timestamps(1, 2) };
                return new(Tcp, 20 + options.Length, source, destination, random.Next(64), data, options);
            case 3 or 4 or 5: return new(Udp, 8, source, destination, 0, data, []);
            case 6: return new(Sctp, 12, source, destination, 0, SctpChunk.Data(data), []);
            case 7: return new(random.Next(2) == 0 ? Icmp : Icmpv6, 8, random.Next(256), random.Next(256), 0, data, []);
            case 8: return new(random.Next(2) == 0 ? UdpLite : Dccp, 0, source, destination, 0, [(byte)(source >> 8), (byte)source, (byte)(destination >> 8), (byte)destination, 0, 20, 0, 0, 1, 2, 3, 4, .. data], []);
            default: return new(s_others[random.Next(s_others.Length)], 0, 0, 0, 0, data, []);
        }
    }

    /// <summary>The transport of a tunnel over UDP.</summary>
    public static Upper Datagram(int source, int destination, byte[] data) => new(Udp, 8, source, destination, 0, data, []);

    public static Upper Of(byte protocol, byte[] data) => new(protocol, 0, 0, 0, 0, data, []);

    public FrameBuilder AddTo(FrameBuilder ip) => Protocol switch
    {
        Tcp => ip.Tcp((ushort)Source, (ushort)Destination, (TcpFlags)Flags, options: Options).Payload(Data),
        Udp => ip.Udp((ushort)Source, (ushort)Destination).Payload(Data),
        Sctp => ip.Sctp((ushort)Source, (ushort)Destination, Data),
        Icmp => ip.Icmp((byte)Source, (byte)Destination).Payload(Data),
        Icmpv6 => ip.Icmp6((byte)Source, (byte)Destination).Payload(Data),
        _ => ip.Protocol(Protocol, Data),
    };

    /// <param name="facts">Of the IP header before it.</param>
    /// <param name="at">Where this begins.</param>
    /// <param name="captured">Bytes of it that are there.</param>
    /// <param name="declared">Bytes of it that the IP header announces.</param>
    public StackFacts Read(StackFacts facts, int at, int captured, long declared)
    {
        facts = facts with { Protocol = Protocol, TransportOffset = at - facts.Addresses, Payload = at, PayloadLength = captured };
        bool ports = Protocol is Tcp or Udp or UdpLite or Sctp or Dccp;
        if (captured < (ports ? 4 : Protocol is Icmp or Icmpv6 ? 2 : 0)) return facts with { Status = DecodeStatus.PortsMissing, PayloadLength = 0 };
        facts = facts with { Status = DecodeStatus.Decoded };
        if (Protocol is Icmp or Icmpv6) return facts with { IcmpType = Source, IcmpCode = Destination };
        if (!ports) return facts;
        facts = facts with { SourcePort = Source, DestinationPort = Destination };
        int header = Protocol switch { Tcp => Header, Udp or UdpLite => 8, _ => 12 };
        if (Protocol == Tcp)
        {
            if (captured < 14) return facts with { PayloadLength = 0, Oddities = facts.Oddities | Oddities.TcpFlagsMissing };
            facts = facts with { TcpFlags = Flags };
            if (header > declared) return facts with { PayloadLength = 0, Oddities = facts.Oddities | Oddities.TcpDataOffsetInvalid };
        }

        int present = Math.Min(header, captured);
        return facts with { Payload = at + present, PayloadLength = captured - present, DataLength = Math.Max(0, declared - header) };
    }
}
