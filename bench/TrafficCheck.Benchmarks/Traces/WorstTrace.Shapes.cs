using System.Text;

namespace TrafficCheck.Benchmarks.Traces;

/// <summary>What makes decoding long: sizes, fragments, tunnels, errors, names, headers that few frames have.</summary>
internal sealed partial class WorstTrace
{
    private const int FragmentLength = 1480;

    private int OfSize(long number, int length)
    {
        var (peer, port, host) = SomeConversation();
        int payload = length - 54; // Ethernet 14, IPv4 20, TCP 20
        bool fromHost = _dice.OneIn(2), data = payload > 6;
        if (!data) payload = 0;
        byte flags = data ? (byte)(Push | Ack) : Ack;
        return fromHost
            ? Packet(host, 25, peer, port, Tcp, number, flags: flags, payload: payload, fromHost: true)
            : Packet(peer, port, host, 25, Tcp, number, flags: flags, payload: payload);
    }

    private int LaterFragment(long number, bool v6) =>
        v6 ? FragmentV6(Stranger(), SomeHost(), number) : Fragment(Stranger(), SomeHost(), number, FragmentLength, more: true, 0, 0);

    private int FirstFragment(long number) => Fragment(Stranger(), SomeHost(), number, 0, more: true, HighPort(), 514);

    private int MixedFragment(long number)
    {
        const int Fragments = 4;
        long datagram = number / Fragments, part = Fragments - 1 - (number % Fragments);
        if (part == Fragments - 1) (_base, _pairPort) = (Stranger(), HighPort());
        if (part == 0 && (datagram & 1) == 1) return LaterFragment(number, v6: false);
        return Fragment(_base, FirstHost, datagram, (int)part * FragmentLength, part < Fragments - 1, _pairPort, 514);
    }

    private int Fragment(uint source, uint host, long identification, int offset, bool more, ushort sourcePort, ushort port)
    {
        var writer = new FrameWriter(_frame);
        writer.Link(fromHost: false, 0, v6: false);
        writer.Ipv4Fragment(source, host, Udp, FragmentLength, identification, offset, more);
        int header = writer.Length;
        if (offset == 0) writer.Udp(sourcePort, port, (4 * FragmentLength) - 8);
        return header + FragmentLength;
    }

    private int FragmentV6(uint source, uint host, long identification)
    {
        const int Length = 1232;
        var writer = new FrameWriter(_frame);
        writer.Link(fromHost: false, 0, v6: true);
        writer.Ipv6(source, host, 44, 8 + Length);
        writer.Ipv6Fragment(Udp, Length, more: true, (uint)identification);
        return writer.Length + Length;
    }

    /// <summary>By turns an IPv4 header, GRE and VXLAN, sixteen in all, and a SYN or data in the midst.</summary>
    private int Tunnels(long number, bool isNew)
    {
        const int Depth = 16;
        var (peer, port, host) = isNew ? (Stranger(), HighPort(), SomeHost()) : SomeConversation();
        uint network = isNew ? (uint)number & 0xffffff : 7, outer = isNew ? 0x0b000000 + (uint)number : 0xc6336401;
        Span<int> lengths = stackalloc int[Depth];
        int length = 20 + 20;
        for (int i = Depth - 1; i >= 0; i--)
        {
            lengths[i] = length + (i % 3) switch { 0 => 0, 1 => 4, _ => 8 + 8 + 14 };
            length = 20 + lengths[i];
        }

        var writer = new FrameWriter(_frame);
        writer.Link(fromHost: false, 0, v6: false);
        for (int i = 0; i < Depth; i++)
        {
            byte protocol = (i % 3) switch { 0 => 4, 1 => 47, _ => Udp };
            writer.Ipv4(outer, 0xc6336402, protocol, lengths[i], number);
            if (protocol == 47) writer.Gre();
            if (protocol != Udp) continue;
            writer.Udp(50000, 4789, lengths[i] - 8);
            writer.Vxlan(network);
            writer.Link(fromHost: false, 0, v6: false);
        }

        writer.Ipv4(peer, host, Tcp, 20, number);
        writer.Tcp(port, 25, isNew ? Syn : Ack, number);
        return writer.Length;
    }

    /// <summary>A router says that a SYN of a host did not arrive; of known flows the first part of the trace has the SYNs.</summary>
    private int IcmpError(long number, bool known, bool v6)
    {
        var (peer, port, host) = known ? SomeConversation() : (Stranger(), HighPort(), SomeHost());
        if (known && number < _spec.Frames / 4) return Packet(host, port, peer, 443, Tcp, number, fromHost: true);
        int quoted = (v6 ? 40 : 20) + 20;
        var writer = new FrameWriter(_frame);
        writer.Link(fromHost: false, 0, v6);
        if (v6)
        {
            writer.Ipv6(Stranger(), host, Icmpv6, 8 + quoted);
            writer.Icmp(1, 4);
            writer.Ipv6(host, peer, Tcp, 20);
        }
        else
        {
            writer.Ipv4(Stranger(), host, Icmp, 8 + quoted, number);
            writer.Icmp(3, 1);
            writer.Ipv4(host, peer, Tcp, 20, number);
        }

        writer.Tcp(port, 443, Syn, number);
        return writer.Length;
    }

    /// <summary>A host asks one of a few resolvers for a name that nobody asked for before, and is told an address of its own.</summary>
    private int DnsName(long number)
    {
        const uint Resolver = 0xc6336435; // 198.51.100.53
        long name = number >> 1;
        bool answer = (number & 1) == 1;
        var of = new Dice((ulong)name ^ (_spec.Seed << 32));
        uint host = FirstHost + (uint)of.Below(Hosts), address = 0x0b000000 + (uint)(of.Next() % 0xb0000000), resolver = Resolver + (uint)of.Below(4);
        var port = (ushort)(1024 + of.Below(60000));
        byte[] labels = Encoding.ASCII.GetBytes($"\u000a{name:x10}\u0007example\u0003com\0");
        int payload = 12 + labels.Length + 4 + (answer ? 16 : 0);
        var writer = new FrameWriter(_frame);
        writer.Link(fromHost: !answer, 0, v6: false);
        writer.Ipv4(answer ? resolver : host, answer ? host : resolver, Udp, 8 + payload, number);
        writer.Udp(answer ? (ushort)53 : port, answer ? port : (ushort)53, payload);
        writer.U16((ushort)name);
        writer.U16(answer ? 0x8180 : 0x0100);
        writer.U16(1);
        writer.U16(answer ? 1 : 0);
        writer.U32(0);
        writer.Bytes(labels);
        writer.U16(1);
        writer.U16(1);
        if (!answer) return writer.Length;
        writer.U16(0xc00c);
        writer.U16(1);
        writer.U16(1);
        writer.U32(300);
        writer.U16(4);
        writer.U32(address);
        return writer.Length;
    }

    private int WithOptions(long number)
    {
        var (peer, port, host) = SomeConversation();
        var writer = new FrameWriter(_frame);
        writer.Link(fromHost: false, 0, v6: false);
        writer.Ipv4WithOptions(peer, host, Tcp, 20, number);
        writer.Tcp(port, 25, Ack, number);
        return writer.Length;
    }

    private int WithExtensions(long number)
    {
        var (peer, port, host) = SomeConversation();
        var writer = new FrameWriter(_frame);
        writer.Link(fromHost: false, 0, v6: true);
        writer.Ipv6(peer, host, 0, 24 + 20);
        writer.Ipv6Extension(43, isRouting: false);
        writer.Ipv6Extension(60, isRouting: true);
        writer.Ipv6Extension(Tcp, isRouting: false);
        writer.Tcp(port, 25, Ack, number);
        return writer.Length;
    }
}
