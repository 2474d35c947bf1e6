namespace TrafficCheck.TestSupport.Frames;

/// <summary>
/// Common part of scripted conversations: two endpoints, a clock that the script moves, and the frames emitted so far. The same
/// script always gives the same bytes.
/// </summary>
public abstract class ConversationScript<TSelf> where TSelf : ConversationScript<TSelf>
{
    private readonly List<TimedFrame> _frames = [];
    private ushort _clientId;
    private ushort _serverId;

    private protected ConversationScript(string client, ushort clientPort, string server, ushort serverPort, long startNs, LinkFraming? link)
    {
        Client = client;
        ClientPort = clientPort;
        Server = server;
        ServerPort = serverPort;
        NowNs = startNs;
        Link = link ?? LinkFraming.Ethernet;
        _clientId = (ushort)((clientPort * 7) + 1);
        _serverId = (ushort)((clientPort * 13) + serverPort + 1);
    }

    public string Client { get; }

    public ushort ClientPort { get; }

    public string Server { get; }

    public ushort ServerPort { get; }

    public LinkFraming Link { get; }

    /// <summary>Time of the next frame.</summary>
    public long NowNs { get; protected set; }

    /// <summary>Time from one frame to the next; 1 ms unless set.</summary>
    public long StepNs { get; init; } = 1_000_000;

    public byte ClientTtl { get; init; } = 64;

    public byte ServerTtl { get; init; } = 64;

    /// <summary>What the capture sees of the script; both sides unless set.</summary>
    public CapturedSides Captured { get; init; }

    /// <summary>Pads Ethernet frames to 60 bytes, as a network card does; off unless set.</summary>
    public bool Padded { get; init; }

    /// <summary>Frames in order of time.</summary>
    public IReadOnlyList<TimedFrame> Frames => _frames;

    /// <summary>Moves the clock.</summary>
    public TSelf Wait(TimeSpan time)
    {
        NowNs += time.Ticks * 100;
        return (TSelf)this;
    }

    /// <summary>The IP layer of the next frame of one side.</summary>
    protected FrameBuilder Ip(bool fromClient)
    {
        ushort id = fromClient ? _clientId++ : _serverId++;
        return fromClient
            ? Link.Start(true).Ip(Client, Server, ClientTtl, id)
            : Link.Start(false).Ip(Server, Client, ServerTtl, id);
    }

    /// <summary>Emits a frame, unless the capture does not see its side, and moves the clock by one step.</summary>
    protected void Emit(bool fromClient, FrameBuilder frame)
    {
        bool seen = Captured switch
        {
            CapturedSides.ClientOnly => fromClient,
            CapturedSides.ServerOnly => !fromClient,
            _ => true,
        };
        if (Padded) frame = frame.PadTo();
        if (seen) _frames.Add(frame.At(NowNs));
        NowNs += StepNs;
    }
}
