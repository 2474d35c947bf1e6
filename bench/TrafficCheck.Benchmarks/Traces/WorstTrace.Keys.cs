namespace TrafficCheck.Benchmarks.Traces;

/// <summary>What makes the tables of flows, sockets, hosts and findings grow, or their hashes collide.</summary>
internal sealed partial class WorstTrace
{
    private uint _base;
    private ushort _pairPort, _otherPort;

    private int NewKey(long number, byte protocol, bool v6) =>
        Packet(Stranger(), HighPort(), SomeHost(), (ushort)_dice.Below(65536), protocol, number, v6);

    private int NewData(long number) => Packet(Stranger(), HighPort(), SomeHost(), 25, Tcp, number, flags: Push | Ack, payload: 12);

    private int NewAnswered(long number)
    {
        if ((number & 1) == 0) (_base, _pairPort) = (Stranger(), HighPort());
        return (number & 1) == 0
            ? Packet(_base, _pairPort, FirstHost, 162, Udp, number, payload: 12)
            : Packet(FirstHost, 162, _base, _pairPort, Udp, number, payload: 12, fromHost: true);
    }

    private int PortsInTurn(long number, bool v6) => Packet(Stranger(), HighPort(), FirstHost, (ushort)(number % 65000), Tcp, number, v6);

    private int PortsInTurnAnswered(long number)
    {
        if ((number & 1) == 0) (_base, _pairPort) = (Stranger(), HighPort());
        var port = (ushort)((number >> 1) % 65000);
        return (number & 1) == 0
            ? Packet(_base, _pairPort, FirstHost, port, Udp, number, payload: 12)
            : Packet(FirstHost, port, _base, _pairPort, Udp, number, payload: 12, fromHost: true);
    }

    private int OneFlow(long number)
    {
        const uint Peer = 0xc6336407; // 198.51.100.7
        const int Payload = 1460;
        bool answers = number % 3 == 2;
        long sequence = answers ? number / 3 : (number / 3 * 2 + number % 3) * Payload;
        byte flags = number == 0 ? Syn : (byte)(Push | Ack);
        return answers
            ? Packet(FirstHost, 25, Peer, 40000, Tcp, sequence, flags: Ack, fromHost: true)
            : Packet(Peer, 40000, FirstHost, 25, Tcp, sequence, flags: flags, payload: number == 0 ? 0 : Payload);
    }

    /// <summary>The ports are what makes the hash of the addresses come out the same.</summary>
    private int Colliding(long number, Func<uint, uint, uint, uint> ports)
    {
        uint source = Stranger(), host = SomeHost(), both = ports(source, host, 0x5eed1234);
        return Packet(source, (ushort)(both >> 16), host, (ushort)both, Tcp, number);
    }

    /// <summary>
    /// The last four bytes of a CRC can be chosen so that it becomes any value: those that stand in the register behind the bytes before them, and what
    /// they differ by from the value wanted.
    /// </summary>
    private static uint SameCrc(uint source, uint host, uint wanted)
    {
        uint register = System.Numerics.BitOperations.Crc32C(uint.MaxValue, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(source));
        register = System.Numerics.BitOperations.Crc32C(register, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(host));
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(register ^ wanted);
    }

    private int CollidingLow(long number)
    {
        const int Upper = 45000;
        return Packet(0x0b000001 + ((uint)(number % Upper) << 16), (ushort)(((number / Upper) << 10) | 1), FirstHost, 25, Tcp, number);
    }

    private int CollidingPairs(long number)
    {
        if ((number & 1) == 1) return Packet(_base, _otherPort, FirstHost, _pairPort, Tcp, number);
        (_base, _pairPort, _otherPort) = (Stranger(), HighPort(), HighPort());
        return Packet(_base, _pairPort, FirstHost, _otherPort, Tcp, number);
    }

    /// <summary>A Gray code: twelve bits in the address, the others in the port.</summary>
    private int OneBit(long number)
    {
        long code = number ^ (number >> 1);
        return Packet(0x0b000000 | (uint)((code & 0xfff) << 4), (ushort)(code >> 12), FirstHost, 25, Tcp, number);
    }
}
