using System.Buffers.Binary;

namespace TrafficCheck.Benchmarks.Traces;

/// <summary>
/// Lays out an Ethernet frame with an IP packet, layer by layer. Checksums are 0, as of packets caught before a card fills them in; in the lengths that
/// headers tell the caller counts what it is going to write.
/// </summary>
internal ref struct FrameWriter(Span<byte> frame)
{
    private readonly Span<byte> _frame = frame;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Link(bool fromHost, ushort vlan, bool v6)
    {
        const ulong Inner = 0x020000000001, Outer = 0x020000000002;
        Mac(fromHost ? Outer : Inner);
        Mac(fromHost ? Inner : Outer);
        if (vlan != 0)
        {
            U16(0x8100);
            U16(vlan);
        }

        U16(v6 ? 0x86dd : 0x0800);
    }

    /// <param name="length">Bytes of the transport header and its payload.</param>
    public void Ipv4(uint source, uint destination, byte protocol, int length, long identification)
    {
        U16(0x4500);
        U16(20 + length);
        U16((ushort)identification);
        U16(0x4000); // do not fragment
        U16((64 << 8) | protocol);
        U16(0);
        U32(source);
        U32(destination);
    }

    /// <param name="offset">Of the fragment, in bytes; a multiple of 8.</param>
    /// <param name="length">Bytes of this fragment.</param>
    public void Ipv4Fragment(uint source, uint destination, byte protocol, int length, long identification, int offset, bool more)
    {
        U16(0x4500);
        U16(20 + length);
        U16((ushort)identification);
        U16((offset >> 3) | (more ? 0x2000 : 0));
        U16((64 << 8) | protocol);
        U16(0);
        U32(source);
        U32(destination);
    }

    /// <summary>With a router alert (RFC 2113) and a record of the route that nobody filled in.</summary>
    /// <param name="length">Bytes of the transport header and its payload.</param>
    public void Ipv4WithOptions(uint source, uint destination, byte protocol, int length, long identification)
    {
        U16(0x4800);
        U16(32 + length);
        U16((ushort)identification);
        U16(0x4000);
        U16((64 << 8) | protocol);
        U16(0);
        U32(source);
        U32(destination);
        U32(0x94040000);
        U32(0x07070400);
        U32(0x00000000);
    }

    /// <param name="length">Bytes behind this header.</param>
    public void Ipv6(uint source, uint destination, byte protocol, int length)
    {
        U32(0x60000000);
        U16(length);
        U16((protocol << 8) | 64);
        V6Address(source);
        V6Address(destination);
    }

    public void Tcp(ushort source, ushort destination, byte flags, long sequence)
    {
        U16(source);
        U16(destination);
        U32((uint)sequence);
        U32(0);
        U16((5 << 12) | flags);
        U16(0x2000);
        U32(0);
    }

    public void Udp(ushort source, ushort destination, int payload)
    {
        U16(source);
        U16(destination);
        U16(8 + payload);
        U16(0);
    }

    /// <summary>One of the headers of eight bytes between IPv6 and transport: options that are padding, or a routing header with no segments left.</summary>
    public void Ipv6Extension(byte next, bool isRouting)
    {
        U16(next << 8);
        if (isRouting) U16(0);
        else U16(0x0104);
        U32(0);
    }

    public void Ipv6Fragment(byte next, int offset, bool more, uint identification)
    {
        U16(next << 8);
        U16(offset | (more ? 1 : 0));
        U32(identification);
    }

    public void Icmp(byte type, byte code)
    {
        U16((type << 8) | code);
        U16(0);
        U32(0);
    }

    /// <summary>Without a key, an IPv4 packet behind it.</summary>
    public void Gre() => U32(0x00000800);

    /// <summary>Behind a UDP header for port 4789.</summary>
    public void Vxlan(uint network)
    {
        U32(0x08000000);
        U32(network << 8);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_frame[Length..]);
        Length += bytes.Length;
    }

    /// <summary>2001:db8, the word, zeros and the word again: a /64 for each host, below documentation space (RFC 3849).</summary>
    private void V6Address(uint word)
    {
        U32(0x20010db8);
        U32(word);
        U32(0);
        U32(word);
    }

    private void Mac(ulong address)
    {
        U16((int)(address >> 32));
        U32((uint)address);
    }

    public void U16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_frame[Length..], (ushort)value);
        Length += 2;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_frame[Length..], value);
        Length += 4;
    }
}
