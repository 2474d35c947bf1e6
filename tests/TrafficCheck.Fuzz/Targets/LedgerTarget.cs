using System.Text;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Reporting.Ledgers;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>Ledgers of proven servers: what is read is written and read again the same, what is refused names its line.</summary>
internal static class LedgerTarget
{
    private const int MaxBytes = 1 << 12;

    private const string Seed = """
        trafficcheck-servers/1
        # transport address port first-proof last-proof proofs
        tcp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17
        udp 2001:db8::5 53 1677-09-21T00:12:43.145224192Z 2262-04-11T23:47:16.854775807Z 1
        end 2

        """;

    private static readonly string[] s_words = ["tcp ", "udp ", "sctp ", "end ", "#", "\n", "\r\n", " ", "0.0.0.0", "::ffff:1.2.3.4", "255.255.255.255", "9223372036854775807", "Z"];

    public static FuzzTarget Target { get; } = new("ledger", MaxBytes, Run, () => [Encoding.ASCII.GetBytes(Seed)], s_words);

    private static void Run(ReadOnlySpan<byte> input)
    {
        IReadOnlyList<ProvenServer> servers;
        try
        {
            servers = ServerLedgerText.Read(new MemoryStream(input.ToArray()), "t.txt");
        }
        catch (ServerLedgerException e)
        {
            BrokenPromiseException.Unless(e.Line >= 1 && e.Message.StartsWith("t.txt, line ", StringComparison.Ordinal), "what is refused names its line");
            return;
        }

        string text = Write(ProvenServer.Merge(servers, [], ServerLedgerText.MaxServers, out int dropped));
        BrokenPromiseException.Unless(dropped == 0, "what was read finds room");
        string again = Write(ServerLedgerText.Read(new MemoryStream(Encoding.ASCII.GetBytes(text)), "t.txt"));
        if (text != again) throw new BrokenPromiseException("what is written reads back the same", text + "\n---\n" + again);
    }

    private static string Write(IReadOnlyList<ProvenServer> servers)
    {
        using var text = new StringWriter { NewLine = "\n" };
        ServerLedgerText.Write(servers, text);
        return text.ToString();
    }
}
