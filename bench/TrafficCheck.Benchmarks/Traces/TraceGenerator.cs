namespace TrafficCheck.Benchmarks.Traces;

/// <summary>
/// Makes the frames of a trace one after the other: mail-gateway traffic over Ethernet, one conversation in five tagged, one in ten IPv6, a
/// few of them carrying most frames, as traffic does. Protected are 10.20.30.0/29 and 2001:db8:a14:1e00::/61.
/// </summary>
internal sealed class TraceGenerator
{
    private const int LargestFrame = 2048, SmallestFrame = 60;
    private const byte Fin = 1, Syn = 2, Push = 8, Ack = 16;
    public const long StartMicroseconds = 1_700_000_000_000_000;

    private readonly TraceSpec _spec;
    private readonly Conversation[] _live;
    private readonly byte[] _frame = new byte[LargestFrame];
    private Dice _dice;

    public TraceGenerator(TraceSpec spec)
    {
        _spec = spec;
        _dice = new Dice(spec.Seed);
        for (int i = 0; i < LargestFrame; i++) _frame[i] = (byte)(i * 7);
        _live = new Conversation[spec.LiveConversations];
        for (int i = 0; i < _live.Length; i++) _live[i] = Conversation.Begin(ref _dice);
    }

    /// <summary>Number of the current frame, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Time of the current frame since 1970.</summary>
    public long Microseconds { get; private set; } = StartMicroseconds;

    /// <summary>Bytes of the current frame before the snap length.</summary>
    public int WireLength { get; private set; }

    /// <summary>What is kept of the current frame.</summary>
    public ReadOnlySpan<byte> Captured => _frame.AsSpan(0, Math.Min(WireLength, _spec.SnapLength));

    /// <returns>False when the trace is over.</returns>
    public bool MoveNext()
    {
        if (Number == _spec.Frames) return false;
        Number++;
        Microseconds += 1 + _dice.Below(4);

        // The square favours the first conversations: half of the frames go to a quarter of them.
        double at = _dice.Fraction();
        ref Conversation conversation = ref _live[(int)(at * at * _live.Length)];
        Write(ref conversation);
        if (conversation.IsOver) conversation = Conversation.Begin(ref _dice);
        return true;
    }

    private void Write(ref Conversation conversation)
    {
        bool tcp = conversation.Service.IsTcp;
        int payload;
        bool fromClient;
        byte flags = 0;
        if (tcp) (fromClient, flags, payload) = NextSegment(in conversation);
        else (fromClient, payload) = ((conversation.Sent & 1) == 0, 20 + _dice.Below(200));
        conversation.Sent++;

        bool fromHost = fromClient == conversation.Service.FromHost;
        var (source, destination) = fromHost ? (conversation.Host, conversation.Peer) : (conversation.Peer, conversation.Host);
        var (sourcePort, destinationPort) = fromClient
            ? (conversation.ClientPort, conversation.Service.Port)
            : (conversation.Service.Port, conversation.ClientPort);
        int transport = (tcp ? 20 : 8) + payload;
        var writer = new FrameWriter(_frame);
        writer.Link(fromHost, conversation.Vlan, conversation.IsV6);
        if (conversation.IsV6) writer.Ipv6(source, destination, conversation.Service.Protocol, transport);
        else writer.Ipv4(source, destination, conversation.Service.Protocol, transport, Number);
        if (tcp) writer.Tcp(sourcePort, destinationPort, flags, Number);
        else writer.Udp(sourcePort, destinationPort, payload);
        WireLength = Math.Max(SmallestFrame, writer.Length + payload);
    }

    /// <summary>Handshake first, a FIN of either end last, between them acknowledgements and data, mostly from the server.</summary>
    private (bool FromClient, byte Flags, int Payload) NextSegment(in Conversation conversation)
    {
        int left = conversation.Length - conversation.Sent;
        if (conversation.Sent == 0) return (true, Syn, 0);
        if (conversation.Sent == 1) return (false, Syn | Ack, 0);
        if (left <= 2) return (left == 1, Fin | Ack, 0);
        bool fromClient = _dice.OneIn(3);
        int payload = _dice.Below(10) switch
        {
            < 5 => 0,
            < 7 => _dice.Below(500),
            _ => 1400 + _dice.Below(60),
        };
        return (fromClient, Push | Ack, payload);
    }
}
