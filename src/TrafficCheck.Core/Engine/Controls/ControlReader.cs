using System.Buffers.Binary;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>
/// Reads the control connections of one address family to their end, and what they announce. Bounded in connections and in bytes that wait; what
/// does not fit is counted.
/// </summary>
internal sealed class ControlReader(ControlPorts ports, FlowNotes notes, FtpPairs ftp, byte family)
{
    public const int MaxConnections = 100_000;

    /// <summary>A line of FTP, a message of the others.</summary>
    private const int MaxLine = 512, MaxMessage = 8192;

    private const int MaxWaitingBytes = 8 << 20;

    /// <summary>Flags of a DNS message: it answers, and did not fit (RFC 1035 section 4.1.1).</summary>
    private const int QrAndTc = 0x82;

    /// <summary>A client that was told to ask again over TCP does so at once.</summary>
    private const long DnsNs = 30_000_000_000;

    private List<ControlConnection?> _connections = [];

    /// <summary>Places of connections that were forgotten.</summary>
    private readonly Stack<int> _free = [];
    private ControlPorts _ports = ports;
    private readonly Expectation[] _found = new Expectation[64];
    private readonly byte[] _joined = new byte[MaxMessage + (1 << 16)];
    private SunRpcPortmap? _portmap;
    private int _waitingBytes;

    public AnnouncedFlows Announced { get; private set; } = new(notes, family == 0);

    /// <summary>Connections whose announcements were not read, because there were too many.</summary>
    public long NotFollowed { get; private set; }

    /// <summary>Announcements that were not believed, and packets that announced more than is kept.</summary>
    public long Refused { get; private set; }

    /// <summary>Beginnings of messages that were given up for lack of room, or because what follows them was not captured in its turn.</summary>
    public long GivenUp { get; private set; }

    public ControlConnection this[uint number] => _connections[(int)(number >> 1) - 1]!;

    /// <summary>The connections that are kept, in the order of their numbers.</summary>
    public IEnumerable<ControlConnection> All => _connections.OfType<ControlConnection>();

    /// <summary>Other service ports are those of control connections from now on.</summary>
    public void Ask(ControlPorts asked) => _ports = asked;

    /// <summary>Forgets connections that ended before a time, and that nothing speaks of any more.</summary>
    /// <param name="used">Numbers of those that live flows have in their notes.</param>
    public void Forget(long endedBeforeNs, IReadOnlySet<uint> used)
    {
        Announced.Forget(endedBeforeNs);
        HashSet<uint> announcing = [.. Announced.Controls];
        for (int i = 0; i < _connections.Count; i++)
        {
            if (_connections[i] is not { } control || control.LastNs >= endedBeforeNs || used.Contains(control.Number) || announcing.Contains(control.Number)) continue;
            _connections[i] = null;
            _free.Push(i);
        }
    }

    public bool Has(uint number) => _connections[(int)(number >> 1) - 1] is not null;

    /// <summary>The connections as they are, which may end and be judged in the fork; nothing is read there.</summary>
    public ControlReader Fork()
    {
        var fork = (ControlReader)MemberwiseClone();
        fork._connections = new(_connections.Count);
        foreach (ControlConnection? connection in _connections) fork._connections.Add(connection?.Fork());
        fork.Announced = Announced.Fork();
        return fork;
    }

    /// <summary>Whether a control connection is to be expected at either port, by the ports alone.</summary>
    public bool IsControlPort(in FlowPayload payload) =>
        (_ports.At(payload.Protocol, payload.Ends.LowPort) | _ports.At(payload.Protocol, payload.Ends.HighPort)) != ControlKind.None;

    /// <summary>An answer of DNS that was not cut short, to a question that was read before: most of what control connections are read for.</summary>
    public bool IsWholeDnsAnswer(in FlowPayload payload) =>
        payload.Protocol == Ip.Udp && _ports.At(Ip.Udp, payload.SourcePort) == ControlKind.Dns && payload.Bytes.Length > 2 && (payload.Bytes[2] & QrAndTc) == 0x80
        && (payload.Marks & (payload.Marks >> FlowMarks.SideBits) & FlowMarks.Data) != 0;

    /// <summary>Whether the flow is a control connection, and which end is its client.</summary>
    public ControlKind KindOf(in FlowPayload payload, in FlowSpeech speech, out bool clientIsHigh)
    {
        clientIsHigh = false;
        ControlKind low = _ports.At(payload.Protocol, payload.Ends.LowPort), high = _ports.At(payload.Protocol, payload.Ends.HighPort);
        bool sure = speech.Confidence == (byte)RecognitionConfidence.Payload;
        ControlKind spoken = sure ? ControlPorts.Of((Application)speech.Application) : ControlKind.None;
        if ((low | high | spoken) == ControlKind.None) return ControlKind.None;

        // A data connection may carry anything, also what looks like a control connection.
        if (speech.Note != 0 && notes.At(speech.Note).Parent != 0) return ControlKind.None;
        clientIsHigh = ClientIsHigh(in payload, in speech, low != ControlKind.None, high != ControlKind.None);
        ControlKind kind = clientIsHigh ? low : high;
        if (kind == ControlKind.None || (sure && !ControlPorts.Fits(kind, (Application)speech.Application))) return spoken;
        return kind;
    }

    /// <returns>Whether more payloads of the flow are of use.</returns>
    public bool Read(ControlKind kind, in FlowPayload payload, bool clientIsHigh, ref FlowSpeech speech)
    {
        bool fromClient = payload.FromHigh == clientIsHigh;
        switch (kind)
        {
            case ControlKind.Ftp:
                return ReadFtp(in payload, clientIsHigh, fromClient, ref speech);
            case ControlKind.FtpImplicit:
                Follow(kind, in payload, clientIsHigh, ref speech);
                return false;
            case ControlKind.Dns:
                if (!fromClient) ReadDns(in payload, clientIsHigh, ref speech);
                return true;
            default:
                ReadMessage(kind, in payload, clientIsHigh, fromClient, ref speech);
                return true;
        }
    }

    private static bool ClientIsHigh(in FlowPayload payload, in FlowSpeech speech, bool lowServes, bool highServes)
    {
        uint low = payload.Marks & FlowMarks.SideMask, high = (payload.Marks >> FlowMarks.SideBits) & FlowMarks.SideMask, either = low | high;
        if (payload.Protocol == Ip.Tcp && (either & FlowMarks.Syn) != 0)
            return (high & FlowMarks.Syn) != 0 && ((low & FlowMarks.Syn) == 0 || (payload.Marks & FlowMarks.FirstSynFromHigh) != 0);
        if (payload.Protocol == Ip.Tcp && (either & FlowMarks.SynAck) != 0) return (low & FlowMarks.SynAck) != 0;
        if (lowServes != highServes) return lowServes;
        return speech.Clients is 1 or 2 ? speech.Clients == 2 : (payload.Marks & FlowMarks.FirstFromHigh) != 0;
    }

    private bool ReadFtp(in FlowPayload payload, bool clientIsHigh, bool fromClient, ref FlowSpeech speech)
    {
        if (Follow(ControlKind.Ftp, in payload, clientIsHigh, ref speech) is not { } control) return false;
        if (control.Tls is not null) return false;
        ReadOnlySpan<byte> bytes = payload.Bytes;
        if ((Application)speech.Application == Application.Tls || (bytes[0] == 0x16 && control.TlsRequested))
        {
            control.Tls = (payload.TimestampNs, payload.Frame);
            return false;
        }

        bytes = Join(control, fromClient, in payload, out uint end);
        ReadLines(control, in payload, fromClient, bytes);
        int tail = bytes.LastIndexOf((byte)'\n') + 1;
        if (tail < bytes.Length) KeepCut(control, fromClient, bytes[tail..], end, MaxLine);
        return control.Tls is null;
    }

    private void ReadLines(ControlConnection control, in FlowPayload payload, bool fromClient, ReadOnlySpan<byte> bytes)
    {
        ControlFlow flow = FlowOf(in payload, control.ClientIsHigh);
        RelatedReading reading = fromClient ? FtpControl.ReadClient(bytes, in flow, _found) : FtpControl.ReadServer(bytes, in flow, _found);
        Take(in reading, control.Number, payload.TimestampNs);
        if ((reading.Notes & RelatedNotes.TlsRequested) != 0) control.TlsRequested = true;
        if ((reading.Notes & RelatedNotes.TlsAccepted) != 0) control.Tls = (payload.TimestampNs, payload.Frame);
    }

    private void ReadDns(in FlowPayload payload, bool clientIsHigh, ref FlowSpeech speech)
    {
        if (payload.Bytes.Length < DnsMessage.HeaderLength || (payload.Bytes[2] & QrAndTc) != QrAndTc) return;
        if (DnsMessage.TryWrap(payload.Bytes, out DnsMessage answer) == DnsStatus.Invalid || answer.Opcode != 0 || !answer.HasQuestion) return;
        if (Follow(ControlKind.Dns, in payload, clientIsHigh, ref speech) is not { } control) return;
        _found[0] = new(
            Ip.Tcp, control.Client, control.Server, control.ServerPort, ExpectationKind.DnsTcp, Announcements.Until(payload.TimestampNs, DnsNs), payload.Frame);
        Announced.Expect(_found.AsSpan(0, 1), control.Number, payload.TimestampNs);
    }

    private void ReadMessage(ControlKind kind, in FlowPayload payload, bool clientIsHigh, bool fromClient, ref FlowSpeech speech)
    {
        ControlConnection? control = speech.Note != 0 && notes.At(speech.Note).Control is > 0 and uint number ? this[number] : null;
        ReadOnlySpan<byte> bytes = payload.Bytes;
        uint end = payload.Sequence + (uint)bytes.Length;
        if (control is not null) bytes = Join(control, fromClient, in payload, out end);
        if (bytes.IsEmpty) return;

        // On a stream several messages may stand in one segment; each takes some of the bytes.
        ControlFlow flow = FlowOf(in payload, clientIsHigh);
        while (true)
        {
            RelatedReading reading = ReadMessage(kind, bytes, in flow, fromClient);
            bool goesOn = payload.Protocol == Ip.Tcp && (reading.Notes & RelatedNotes.Incomplete) != 0 && bytes.Length <= MaxMessage;
            if (reading.Found > 0 || goesOn || (reading.Notes & (RelatedNotes.Refused | RelatedNotes.TooMany)) != 0)
            {
                control ??= Follow(kind, in payload, clientIsHigh, ref speech);
                if (control is null) return;
                Take(in reading, control.Number, payload.TimestampNs);
                if (goesOn) KeepCut(control, fromClient, bytes, end, MaxMessage);
            }

            if (goesOn || payload.Protocol != Ip.Tcp || reading.Length == 0 || reading.Length >= bytes.Length) return;
            bytes = bytes[reading.Length..];
        }
    }

    private RelatedReading ReadMessage(ControlKind kind, ReadOnlySpan<byte> bytes, in ControlFlow flow, bool fromClient)
    {
        switch (kind)
        {
            case ControlKind.Tftp:
                return fromClient ? TftpRequest.Read(bytes, in flow, _found) : default;
            case ControlKind.Sip:
                return SipSession.Read(bytes, in flow, _found);
            case ControlKind.EndpointMapper:
                return fromClient ? default : EndpointMapper.Read(bytes, in flow, _found);
            default:
                // Behind the record mark of TCP the whole record must be there (RFC 5531 section 11).
                if (flow.Transport == Ip.Tcp && (bytes.Length < 4 || (BinaryPrimitives.ReadUInt32BigEndian(bytes) & 0x7fffffff) > (uint)bytes.Length - 4))
                    return new(0, RelatedNotes.Incomplete);
                _portmap ??= new SunRpcPortmap();
                if (!fromClient) return _portmap.ReadReply(bytes, in flow, _found);
                _portmap.NoteCall(bytes, in flow);
                return default;
        }
    }

    private void Take(in RelatedReading reading, uint control, long timeNs)
    {
        if ((reading.Notes & (RelatedNotes.Refused | RelatedNotes.TooMany)) != 0) Refused++;
        Announced.Expect(_found.AsSpan(0, reading.Found), control, timeNs);
    }

    private static ControlFlow FlowOf(in FlowPayload payload, bool clientIsHigh)
    {
        FlowEndpoints ends = payload.Ends;
        return new(
            ends.Address(clientIsHigh), ends.Port(clientIsHigh), ends.Address(!clientIsHigh), ends.Port(!clientIsHigh), payload.Protocol, payload.TimestampNs, payload.Frame);
    }

    /// <summary>The connection of the flow, which becomes one if it is none yet; null when there are too many.</summary>
    private ControlConnection? Follow(ControlKind kind, in FlowPayload payload, bool clientIsHigh, ref FlowSpeech speech)
    {
        if (speech.Note != 0 && notes.At(speech.Note).Control is > 0 and uint known) return this[known];
        bool isAgain = _free.TryPop(out int place);
        if (!isAgain) place = _connections.Count;
        if (place == MaxConnections)
        {
            NotFollowed++;
            return null;
        }

        uint number = ((uint)(place + 1) << 1) | family;
        var control = new ControlConnection(number, kind, payload.Protocol, payload.Ends, clientIsHigh, payload.TimestampNs, payload.Frame);
        if (isAgain) _connections[place] = control;
        else _connections.Add(control);
        if (control.IsFtp) ftp.Add(control);
        notes.Of(ref speech).Control = number;
        return control;
    }

    public void End(uint number, in FlowSummary flow)
    {
        ControlConnection control = this[number];
        bool cut = TakeCut(control, fromClient: true) is not null | TakeCut(control, fromClient: false) is not null;
        if (cut && (flow.Marks & FlowMarks.Gap) != 0) GivenUp++;
        control.End(in flow);
    }

    /// <summary>
    /// The payload behind the beginning of a message that it goes on with, or before what came too early; alone when neither is there. Empty when it repeats
    /// what was read.
    /// </summary>
    /// <param name="end">The sequence number behind the bytes.</param>
    private ReadOnlySpan<byte> Join(ControlConnection control, bool fromClient, scoped in FlowPayload payload, out uint end)
    {
        ReadOnlySpan<byte> bytes = payload.Bytes;
        end = payload.Sequence + (uint)bytes.Length;
        CutMessage? cut = fromClient ? control.FromClient : control.FromServer;
        if (cut is null) return bytes;
        int ahead = (int)(payload.Sequence - cut.Sequence);
        bool isBefore = end == cut.Sequence - (uint)cut.Bytes.Length && bytes[^1] != '\n';
        if (ahead < 0 && ahead + bytes.Length <= 0 && !isBefore) return [];
        TakeCut(control, fromClient);
        if (ahead != 0 && !isBefore)
        {
            if (ahead > 0) GivenUp++;
            return bytes;
        }

        ReadOnlySpan<byte> first = isBefore ? bytes : cut.Bytes, second = isBefore ? cut.Bytes : bytes;
        if (isBefore) end = cut.Sequence;
        first.CopyTo(_joined);
        second.CopyTo(_joined.AsSpan(first.Length));
        return _joined.AsSpan(0, first.Length + second.Length);
    }

    private CutMessage? TakeCut(ControlConnection control, bool fromClient)
    {
        CutMessage? cut = fromClient ? control.FromClient : control.FromServer;
        if (cut is null) return null;
        if (fromClient) control.FromClient = null;
        else control.FromServer = null;
        _waitingBytes -= cut.Bytes.Length;
        return cut;
    }

    private void KeepCut(ControlConnection control, bool fromClient, ReadOnlySpan<byte> bytes, uint sequence, int most)
    {
        if (bytes.Length > most || _waitingBytes + bytes.Length > MaxWaitingBytes)
        {
            GivenUp++;
            return;
        }

        _waitingBytes += bytes.Length;
        var cut = new CutMessage(bytes, sequence);
        if (fromClient) control.FromClient = cut;
        else control.FromServer = cut;
    }
}
