using System.Globalization;
using System.Net;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>A flow table of the corpus, made by tshark; its README says how a row is made.</summary>
internal sealed class ExpectedFlows
{
    public Dictionary<ConversationKey, Conversation> Conversations { get; } = [];

    /// <summary>Who initiated, by the same keys; of two rows of one 5-tuple the one by a handshake, then the first.</summary>
    public Dictionary<ConversationKey, StatedInitiator> Initiators { get; } = [];

    /// <summary>Packets of rows that stand for fragments whose ports were not captured: they are without flow here.</summary>
    public long PacketsWithoutPorts { get; private set; }

    public static ExpectedFlows Read(string path)
    {
        var table = new ExpectedFlows();
        string[] lines = [.. File.ReadLines(path).Where(line => !line.StartsWith('#'))];
        string[] columns = lines[0].Split('\t');
        foreach (string[] row in lines.Skip(1).Select(line => line.Split('\t'))) table.Add(name => row[Array.IndexOf(columns, name)]);
        return table;
    }

    private void Add(Func<string, string> cell)
    {
        byte protocol = byte.Parse(cell("proto"), CultureInfo.InvariantCulture);
        long sent = Number(cell("pkts_i2r")), received = Number(cell("pkts_r2i"));
        bool icmp = protocol is TransportNames.Icmp or TransportNames.Icmpv6;
        if ((TransportNames.HasPorts(protocol) && cell("initiator_port") == "-") || (icmp && cell("icmp") == "-"))
        {
            PacketsWithoutPorts += sent + received;
            return;
        }

        string type = icmp ? cell("icmp").Split('/')[0] : "";
        string initiator = End(cell("initiator_ip"), icmp ? type : cell("initiator_port"));
        string responder = End(cell("responder_ip"), icmp ? type : cell("responder_port"));
        var flow = new Conversation(initiator, sent, received, Number(cell("ipbytes_i2r")), Number(cell("ipbytes_r2i")), Time(cell("first_ts")));
        var key = ConversationKey.Of(TransportNames.Of(protocol), initiator, responder);
        var stated = new StatedInitiator(initiator, cell("initiator_why"), Number(cell("first_frame")));
        if (!Initiators.TryGetValue(key, out StatedInitiator? before) || (stated.IsByHandshake && !before.IsByHandshake)) Initiators[key] = stated;
        Conversations[key] = Conversations.TryGetValue(key, out Conversation? known) ? known.Plus(flow) : flow;
    }

    /// <summary>Addresses are compared in this runtime's spelling.</summary>
    public static string End(string address, string port)
    {
        var parsed = IPAddress.Parse(address);
        return (parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed) + " " + (port == "-" ? "" : port);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The readers clamp what does not fit into 64 bits of nanoseconds; so does this.</summary>
    private static long? Time(string text) => text == "-"
        ? null
        : (long)Math.Clamp(decimal.Parse(text, CultureInfo.InvariantCulture) * 1_000_000_000m, long.MinValue, long.MaxValue);
}

/// <param name="Why"><c>syn</c>, <c>synack</c> or <c>first-packet</c>.</param>
/// <param name="FirstFrame">The first frame of the conversation.</param>
internal sealed record StatedInitiator(string Initiator, string Why, long FirstFrame)
{
    public bool IsByHandshake => Why is "syn" or "synack";
}
