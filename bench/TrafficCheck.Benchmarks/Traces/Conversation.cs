namespace TrafficCheck.Benchmarks.Traces;

/// <summary>One conversation of the mix and how far it has come.</summary>
internal struct Conversation
{
    private const int Hosts = 6;
    private const uint FirstHost = 0x0a141e01; // 10.20.30.1

    public Service Service;
    public bool IsV6;

    /// <summary>0 for untagged.</summary>
    public ushort Vlan;

    /// <summary>The addresses as IPv4; IPv6 addresses are made of them.</summary>
    public uint Host, Peer;

    public ushort ClientPort;

    /// <summary>Packets sent.</summary>
    public int Sent;

    /// <summary>Packets in all.</summary>
    public int Length;

    public readonly bool IsOver => Sent >= Length;

    public static Conversation Begin(ref Dice dice)
    {
        Service service = Service.At(dice.Below(Service.TotalShare));
        return new Conversation
        {
            Service = service,
            IsV6 = dice.OneIn(10),
            Vlan = dice.OneIn(5) ? (ushort)(100 + dice.Below(3)) : (ushort)0,
            Host = FirstHost + (uint)dice.Below(Hosts),
            Peer = PeerAddress(ref dice),
            ClientPort = (ushort)(1024 + dice.Below(65536 - 1024)),
            Length = service.IsTcp ? TcpLength(ref dice) : 1 + dice.Below(3),
        };
    }

    /// <summary>Six of ten are a short exchange, one in twelve a transfer.</summary>
    private static int TcpLength(ref Dice dice) => dice.Below(100) switch
    {
        < 60 => 8 + dice.Below(12),
        < 92 => 22 + dice.Below(80),
        _ => 200 + dice.Below(2000),
    };

    /// <summary>A global unicast address of the IPv4 kind, roughly.</summary>
    private static uint PeerAddress(ref Dice dice)
    {
        while (true)
        {
            uint address = (uint)dice.Next();
            if (address >> 24 is not (0 or 10 or 127 or 169 or 172 or 192 or >= 224)) return address;
        }
    }
}
