using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator;

/// <summary>
/// The network of the samples: one segment with the protected hosts, and a router to everything else. Knows MAC addresses, VLAN
/// tags and hop counts, so that scenarios only name the ends.
/// </summary>
internal sealed class Site(Scenario scenario, IReadOnlyDictionary<string, string> localMacs, IReadOnlySet<string> taggedHosts)
{
    public const string RouterMac = "02:00:00:00:00:fe";

    /// <summary>The tag that frames of <c>taggedHosts</c> carry: the mirror port takes them from a trunk.</summary>
    public const ushort Tag = 12;

    public string MacOf(string address) => localMacs.GetValueOrDefault(address, RouterMac);

    public LinkFraming Link(string client, string server) => new()
    {
        ClientMac = MacOf(client),
        ServerMac = MacOf(server),
        Vlan = taggedHosts.Contains(client) || taggedHosts.Contains(server) ? Tag : null,
    };

    public TcpConversation Tcp(double seconds, string client, ushort clientPort, string server, ushort serverPort) =>
        TcpSeen(CapturedSides.Both, seconds, client, clientPort, server, serverPort);

    /// <summary>A connection of which the mirror delivered <paramref name="sides"/> only.</summary>
    public TcpConversation TcpSeen(
        CapturedSides sides, double seconds, string client, ushort clientPort, string server, ushort serverPort) =>
        new(client, clientPort, server, serverPort, scenario.At(seconds), Link(client, server))
        {
            StepNs = Step(client, server),
            ClientTtl = HopsLeft(client),
            ServerTtl = HopsLeft(server),
            Captured = sides,
            Padded = true,
        };

    public UdpExchange Udp(double seconds, string client, ushort clientPort, string server, ushort serverPort) =>
        new(client, clientPort, server, serverPort, scenario.At(seconds), Link(client, server))
        {
            StepNs = Step(client, server),
            ClientTtl = HopsLeft(client),
            ServerTtl = HopsLeft(server),
            Padded = true,
        };

    /// <summary>The IP layer of a single packet.</summary>
    public FrameBuilder Packet(string source, string destination, ushort id) =>
        Link(source, destination).Start(true).Ip(source, destination, HopsLeft(source), id);

    private static long Step(string client, string server) =>
        client.StartsWith("10.", StringComparison.Ordinal) && server.StartsWith("10.", StringComparison.Ordinal) ? 700_000 : 9_300_000;

    private byte HopsLeft(string address) =>
        localMacs.ContainsKey(address) ? (byte)64
        : address.StartsWith("10.", StringComparison.Ordinal) ? (byte)63
        : (byte)(52 + (address[^1] % 7));
}
