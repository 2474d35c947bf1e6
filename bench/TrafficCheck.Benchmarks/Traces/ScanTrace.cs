namespace TrafficCheck.Benchmarks.Traces;

/// <summary>
/// A scan or flood with the traffic of an ordinary trace in its midst: of twenty frames one is of that trace. The same site and services as
/// <see cref="TraceGenerator"/>; port 25 of the first host is allowed by <c>bench/matrix.md</c>, the scanned ports mostly are not.
/// </summary>
internal static class ScanTrace
{
    /// <summary>Each also with <c>-v6</c>.</summary>
    public static readonly IReadOnlyList<string> Names = ["syn-flood", "udp-flood", "port-flood", "port-scan", "host-sweep", "block-scan"];

    public static string Kinds => string.Join(", ", Names) + ", each also with -v6";

    private const byte Tcp = 6, Udp = 17, Syn = 2;
    private const uint Host = 0x0a141e01, Scanner = 0xc6336407; // 10.20.30.1, 198.51.100.7

    /// <returns>Bytes of the file.</returns>
    public static long Write(string kind, TraceSpec ordinary, string path)
    {
        var traffic = new TraceGenerator(ordinary with { Frames = Math.Max(1, ordinary.Frames / 20), LiveConversations = (int)Math.Clamp(ordinary.Frames / 2000, 1, ordinary.LiveConversations) });
        bool v6 = kind.EndsWith("-v6", StringComparison.Ordinal);
        if (v6) kind = kind[..^3];
        var frame = new byte[v6 ? 74 : 60];
        var dice = new Dice(ordinary.Seed);
        using var file = new TraceFile.Writer(path, ordinary.SnapLength);
        long microseconds = TraceGenerator.StartMicroseconds;
        for (long number = 0; number < ordinary.Frames; number++)
        {
            microseconds += 1 + dice.Below(4);
            if (number % 20 == 0 && traffic.MoveNext())
            {
                file.Add(microseconds, traffic.Captured, traffic.WireLength);
                continue;
            }

            Probe(kind, v6, number, ref dice, frame);
            file.Add(microseconds, frame, frame.Length);
        }

        return file.Length;
    }

    private static void Probe(string kind, bool v6, long number, ref Dice dice, byte[] frame)
    {
        uint random = 0x0b000000 + (uint)(dice.Next() % 0xb0000000);
        (uint source, uint target, ushort port) = kind switch
        {
            "syn-flood" => (random, Host, (ushort)25),
            "udp-flood" => (random, Host, (ushort)9999),
            "port-flood" => (random, Host, (ushort)dice.Below(65536)),
            "port-scan" => (Scanner, Host, (ushort)number),
            "host-sweep" => (Scanner, 0x0a140000 + (uint)number, (ushort)445),
            "block-scan" => (Scanner, 0x0a140000 + (uint)(number & 0xffff), (ushort)(number >> 16)),
            _ => throw new ArgumentException($"There is no scan '{kind}': {Kinds} are known."),
        };
        bool udp = kind == "udp-flood";
        var writer = new FrameWriter(frame);
        writer.Link(fromHost: false, 0, v6);
        int length = udp ? 8 : 20;
        if (v6) writer.Ipv6(source, target, udp ? Udp : Tcp, length);
        else writer.Ipv4(source, target, udp ? Udp : Tcp, length, number);
        if (udp) writer.Udp((ushort)(1024 + dice.Below(60000)), port, 0);
        else writer.Tcp((ushort)(1024 + dice.Below(60000)), port, Syn, number);
    }
}
