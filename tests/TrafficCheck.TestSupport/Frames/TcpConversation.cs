using System.Text;

namespace TrafficCheck.TestSupport.Frames;

/// <summary>
/// A TCP connection as timed frames with consistent sequence numbers. A script without <see cref="Handshake"/> starts midstream.
/// </summary>
/// <example>
/// <c>new TcpConversation("192.0.2.1", 40000, "192.0.2.2", 25, startNs).Handshake().ServerSends("220 ...").ClientCloses().Frames</c>
/// </example>
public sealed class TcpConversation : ConversationScript<TcpConversation>
{
    private uint _clientSeq;
    private uint _serverSeq;

    /// <param name="startNs">Time of the first frame, nanoseconds since 1970.</param>
    public TcpConversation(
        string client, ushort clientPort, string server, ushort serverPort, long startNs, LinkFraming? link = null)
        : base(client, clientPort, server, serverPort, startNs, link)
    {
        _clientSeq = ((uint)clientPort * 65_599) + serverPort;
        _serverSeq = ((uint)serverPort * 104_729) + clientPort;
    }

    /// <summary>Largest payload of a segment.</summary>
    public int SegmentSize { get; init; } = 1400;

    /// <summary>Whether each message is followed by a bare acknowledgement; on unless set.</summary>
    public bool Acknowledged { get; init; } = true;

    public TcpConversation Handshake()
    {
        Syn().SynAck();
        return Bare(true);
    }

    /// <summary>A SYN; a repeated one is a retransmission with the same sequence number.</summary>
    public TcpConversation Syn()
    {
        Segment(true, TcpFlags.Syn, _clientSeq, 0, [], TcpOptions.Syn);
        return this;
    }

    public TcpConversation SynAck()
    {
        Segment(false, TcpFlags.Syn | TcpFlags.Ack, _serverSeq, _clientSeq + 1, [], TcpOptions.Syn);
        _clientSeq++;
        _serverSeq++;
        return this;
    }

    /// <summary>SYNs that nobody answers, one, two, four ... seconds apart.</summary>
    public TcpConversation Unanswered(int tries = 3)
    {
        for (int i = 0; i < tries; i++)
        {
            Syn();
            Wait(TimeSpan.FromSeconds(1 << Math.Min(i, 6)));
        }
        return this;
    }

    /// <summary>A SYN and the RST that refuses it.</summary>
    public TcpConversation Refused()
    {
        Syn();
        Segment(false, TcpFlags.Rst | TcpFlags.Ack, 0, _clientSeq + 1, [], [], window: 0);
        return this;
    }

    public TcpConversation ClientSends(ReadOnlySpan<byte> data) => Sends(true, data);

    /// <summary>Text of one byte a character (Latin-1).</summary>
    public TcpConversation ClientSends(string text) => Sends(true, Encoding.Latin1.GetBytes(text));

    public TcpConversation ServerSends(ReadOnlySpan<byte> data) => Sends(false, data);

    /// <inheritdoc cref="ClientSends(string)"/>
    public TcpConversation ServerSends(string text) => Sends(false, Encoding.Latin1.GetBytes(text));

    /// <summary>A bare acknowledgement of one side.</summary>
    public TcpConversation Bare(bool fromClient)
    {
        Segment(fromClient, TcpFlags.Ack, Seq(fromClient), Seq(!fromClient), [], []);
        return this;
    }

    /// <summary>A keep-alive probe: one byte before the next sequence number, and its acknowledgement.</summary>
    public TcpConversation KeepAlive(bool fromClient)
    {
        Segment(fromClient, TcpFlags.Ack, Seq(fromClient) - 1, Seq(!fromClient), [0], []);
        return Bare(!fromClient);
    }

    /// <summary>Both FINs and their acknowledgements, the client's first.</summary>
    public TcpConversation ClientCloses() => Closes(true);

    /// <summary>Both FINs and their acknowledgements, the server's first.</summary>
    public TcpConversation ServerCloses() => Closes(false);

    public TcpConversation Reset(bool fromClient)
    {
        Segment(fromClient, TcpFlags.Rst | TcpFlags.Ack, Seq(fromClient), Seq(!fromClient), [], [], window: 0);
        return this;
    }

    private TcpConversation Sends(bool fromClient, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var part = data[..Math.Min(SegmentSize, data.Length)];
            data = data[part.Length..];
            var flags = data.IsEmpty ? TcpFlags.Psh | TcpFlags.Ack : TcpFlags.Ack;
            Segment(fromClient, flags, Seq(fromClient), Seq(!fromClient), part, []);
            Advance(fromClient, (uint)part.Length);
        }
        return Acknowledged ? Bare(!fromClient) : this;
    }

    private TcpConversation Closes(bool clientFirst)
    {
        Segment(clientFirst, TcpFlags.Fin | TcpFlags.Ack, Seq(clientFirst), Seq(!clientFirst), [], []);
        Advance(clientFirst, 1);
        Segment(!clientFirst, TcpFlags.Fin | TcpFlags.Ack, Seq(!clientFirst), Seq(clientFirst), [], []);
        Advance(!clientFirst, 1);
        return Bare(clientFirst);
    }

    private void Segment(
        bool fromClient, TcpFlags flags, uint seq, uint ack, ReadOnlySpan<byte> data, byte[] options, ushort? window = null)
    {
        ushort source = fromClient ? ClientPort : ServerPort;
        ushort destination = fromClient ? ServerPort : ClientPort;
        // A SYN states its window unscaled; later ones are scaled by the 7 bits that the SYNs agreed on (RFC 7323 section 2.2).
        ushort size = window ?? (flags.HasFlag(TcpFlags.Syn) ? (ushort)64240 : (ushort)502);
        FrameBuilder frame = Ip(fromClient).Tcp(source, destination, flags, seq, ack, options, size);
        Emit(fromClient, data.IsEmpty ? frame : frame.Payload(data));
    }

    private uint Seq(bool client) => client ? _clientSeq : _serverSeq;

    private void Advance(bool client, uint by)
    {
        if (client) _clientSeq += by;
        else _serverSeq += by;
    }
}
