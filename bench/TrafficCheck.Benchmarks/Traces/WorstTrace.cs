namespace TrafficCheck.Benchmarks.Traces;

/// <summary>
/// Traces that are made to cost: each consists of nothing but what one part of the program finds hardest. The site is that of
/// <see cref="TraceGenerator"/>, so that all of it is judged.
/// </summary>
internal sealed partial class WorstTrace
{
    private const byte Tcp = 6, Udp = 17, Icmp = 1, Icmpv6 = 58, Syn = 2, Push = 8, Ack = 16;
    private const uint FirstHost = 0x0a141e01; // 10.20.30.1
    private const int Hosts = 6, LargestFrame = 9216, SmallestFrame = 60;

    private readonly TraceSpec _spec;
    private readonly byte[] _frame = new byte[LargestFrame];
    private Dice _dice;

    /// <summary>Lays the frame with the number, from 0, into <see cref="_frame"/> and returns its length.</summary>
    private delegate int Layout(WorstTrace trace, long number);

    private static readonly Dictionary<string, (string What, Layout Lay)> s_kinds = new()
    {
        ["new-tcp"] = ("each frame a SYN of its own", (t, n) => t.NewKey(n, Tcp, v6: false)),
        ["new-udp"] = ("each frame a datagram of its own", (t, n) => t.NewKey(n, Udp, v6: false)),
        ["new-tcp-v6"] = ("the same over IPv6", (t, n) => t.NewKey(n, Tcp, v6: true)),
        ["new-udp-v6"] = ("the same over IPv6", (t, n) => t.NewKey(n, Udp, v6: true)),
        ["new-data"] = ("each frame data of a TCP connection that nobody saw begin", (t, n) => t.NewData(n)),
        ["new-answered"] = ("each frame but the second of a pair a datagram of its own, the second its answer", (t, n) => t.NewAnswered(n)),
        ["ports-in-turn"] = ("SYNs of many hosts to all ports of one, one after the other", (t, n) => t.PortsInTurn(n, v6: false)),
        ["ports-in-turn-v6"] = ("the same over IPv6", (t, n) => t.PortsInTurn(n, v6: true)),
        ["ports-in-turn-udp"] = ("datagrams and their answers, to all ports of one host in turn", (t, n) => t.PortsInTurnAnswered(n)),
        ["one-flow"] = ("one giant connection", (t, n) => t.OneFlow(n)),
        ["colliding-xor"] = ("keys whose words have the same exclusive or", (t, n) => t.Colliding(n, (a, b, salt) => a ^ b ^ salt)),
        ["colliding-sum"] = ("keys whose words have the same sum", (t, n) => t.Colliding(n, (a, b, salt) => salt - a - b)),
        ["colliding-crc"] = ("keys with the same CRC32C", (t, n) => t.Colliding(n, SameCrc)),
        ["colliding-low"] = ("keys that differ in the upper bits alone", (t, n) => t.CollidingLow(n)),
        ["colliding-pairs"] = ("keys in pairs whose ports are exchanged", (t, n) => t.CollidingPairs(n)),
        ["one-bit"] = ("keys of which each differs from the one before in one bit", (t, n) => t.OneBit(n)),
        ["frames-64"] = ("acknowledgements of 64 bytes, of conversations by lot", (t, n) => t.OfSize(n, 60)),
        ["frames-9000"] = ("segments of 9000 bytes, of conversations by lot", (t, n) => t.OfSize(n, 9014)),
        ["fragments"] = ("later fragments without their first", (t, n) => t.LaterFragment(n, v6: false)),
        ["fragments-v6"] = ("the same over IPv6", (t, n) => t.LaterFragment(n, v6: true)),
        ["fragments-first"] = ("first fragments without the others", (t, n) => t.FirstFragment(n)),
        ["fragments-mixed"] = ("datagrams of four fragments in reverse, every second without its first", (t, n) => t.MixedFragment(n)),
        ["tunnels"] = ("sixteen tunnels around each packet", (t, n) => t.Tunnels(n, isNew: false)),
        ["tunnels-new"] = ("the same, each frame another flow in other tunnels", (t, n) => t.Tunnels(n, isNew: true)),
        ["icmp-unknown"] = ("ICMP errors about flows that nobody saw", (t, n) => t.IcmpError(n, known: false, v6: false)),
        ["icmp-unknown-v6"] = ("the same over IPv6", (t, n) => t.IcmpError(n, known: false, v6: true)),
        ["icmp-known"] = ("ICMP errors about flows by lot", (t, n) => t.IcmpError(n, known: true, v6: false)),
        ["dns-names"] = ("questions and answers, each with a name of its own", (t, n) => t.DnsName(n)),
        ["ip-options"] = ("IPv4 with options, of conversations by lot", (t, n) => t.WithOptions(n)),
        ["v6-extensions"] = ("IPv6 with three more headers, of conversations by lot", (t, n) => t.WithExtensions(n)),
    };

    private WorstTrace(TraceSpec spec)
    {
        _spec = spec;
        _dice = new Dice(spec.Seed);
    }

    /// <summary>Frames of the ordinary trace, each as often as the number says, as several mirror points give them.</summary>
    private static readonly Dictionary<string, int> s_copies = new() { ["duplicates"] = 2, ["duplicates-8"] = 8 };

    public static bool Has(string kind) => s_kinds.ContainsKey(kind) || s_copies.ContainsKey(kind);

    /// <summary>Each kind and what it is.</summary>
    public static IEnumerable<(string Kind, string What)> Described =>
        s_kinds.Select(k => (k.Key, k.Value.What)).Concat(s_copies.Select(c => (c.Key, $"an ordinary trace, each frame {c.Value} times")));

    /// <returns>Bytes of the file.</returns>
    public static long Write(string kind, TraceSpec spec, string path)
    {
        using var file = new TraceFile.Writer(path, spec.SnapLength);
        if (s_copies.TryGetValue(kind, out int times)) WriteCopies(spec, times, file);
        else new WorstTrace(spec).Write(s_kinds[kind].Lay, file);
        return file.Length;
    }

    private static void WriteCopies(TraceSpec spec, int times, TraceFile.Writer file)
    {
        var trace = new TraceGenerator(spec with { Frames = (spec.Frames + times - 1) / times });
        for (long left = spec.Frames; trace.MoveNext();)
        {
            // A mirror point is a few microseconds behind the other.
            for (int i = 0; i < times && left > 0; i++, left--) file.Add((trace.Microseconds * times) - (TraceGenerator.StartMicroseconds * (times - 1)) + i, trace.Captured, trace.WireLength);
        }
    }

    private void Write(Layout lay, TraceFile.Writer file)
    {
        long microseconds = TraceGenerator.StartMicroseconds;
        for (long number = 0; number < _spec.Frames; number++)
        {
            microseconds += 1 + _dice.Below(4);
            int length = Math.Max(SmallestFrame, lay(this, number));
            file.Add(microseconds, _frame.AsSpan(0, Math.Min(length, _spec.SnapLength)), length);
        }
    }

    /// <summary>A public unicast address, roughly.</summary>
    private uint Stranger() => 0x0b000000 + (uint)(_dice.Next() % 0xb0000000);

    private ushort HighPort() => (ushort)(1024 + _dice.Below(60000));

    private uint SomeHost() => FirstHost + (uint)_dice.Below(Hosts);

    /// <summary>One of the conversations that go on side by side: the same number gives the same one.</summary>
    private (uint Peer, ushort PeerPort, uint Host) SomeConversation()
    {
        var of = new Dice((ulong)_dice.Below(_spec.LiveConversations) ^ (_spec.Seed << 32));
        return (0x0b000000 + (uint)(of.Next() % 0xb0000000), (ushort)(1024 + of.Below(60000)), FirstHost + (uint)of.Below(Hosts));
    }

    /// <returns>Bytes of the frame.</returns>
    private int Packet(
        uint source, ushort sourcePort, uint destination, ushort port, byte protocol, long number, bool v6 = false, byte flags = Syn, int payload = 0, bool fromHost = false)
    {
        var writer = new FrameWriter(_frame);
        writer.Link(fromHost, 0, v6);
        int length = (protocol == Tcp ? 20 : 8) + payload;
        if (v6) writer.Ipv6(source, destination, protocol, length);
        else writer.Ipv4(source, destination, protocol, length, number);
        if (protocol == Tcp) writer.Tcp(sourcePort, port, flags, number);
        else writer.Udp(sourcePort, port, payload);
        return writer.Length + payload;
    }
}
