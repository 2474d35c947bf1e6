using System.Buffers.Binary;

namespace TrafficCheck.Benchmarks.Traces;

/// <summary>Lays out an Ethernet frame with an IP packet of TCP or UDP. Checksums are 0, as of packets caught before a card fills them in.</summary>
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

    private void U16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_frame[Length..], (ushort)value);
        Length += 2;
    }

    private void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_frame[Length..], value);
        Length += 4;
    }
}
