using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>What the capture has of one host's DNS traffic as a client.</summary>
internal struct DnsClient
{
    /// <summary>Answers read, and those of them that the capture cut.</summary>
    public long Answers, CutAnswers;

    /// <summary>Flows to port 53, and to port 853 (RFC 7858, RFC 9250), which show no names.</summary>
    public long Flows, EncryptedFlows;

    /// <summary>The server of the flow to port 53 that began first, and its frame.</summary>
    public IpAddress Server;

    public long ServerFrame;
}

/// <summary>
/// The DNS traffic of each protected host, so that a name that is missing can be told from names that were never captured. Sums only; hosts
/// beyond a bound are counted. Of other hosts only the number of answers is kept.
/// </summary>
internal sealed class DnsTally(ProtectedHosts hosts, int maxClients = DnsTally.MaxClients)
{
    public const ushort EncryptedPort = 853;

    private const int MaxClients = 65_536;

    private ProtectedHosts _hosts = hosts;
    private Dictionary<IpAddress, DnsClient> _clients = [];

    /// <summary>Answers and flows of protected hosts that found no room.</summary>
    public long NotKept { get; private set; }

    /// <summary>Answers that hosts were given that are not protected.</summary>
    public long OtherAnswers { get; private set; }

    public DnsClient Of(IpAddress host) => _clients.GetValueOrDefault(host);

    /// <summary>A client was given a readable answer by port 53.</summary>
    public void Answered(IpAddress client, bool isCut)
    {
        if (_hosts.SubjectsOf(client) == 0)
        {
            OtherAnswers++;
            return;
        }

        ref DnsClient known = ref At(client);
        if (Unsafe.IsNullRef(ref known)) return;
        known.Answers++;
        if (isCut) known.CutAnswers++;
    }

    /// <summary>A flow ended. Costs two comparisons for those that are no DNS.</summary>
    public void Ended(in FlowSummary flow)
    {
        if (flow.Protocol is not (TransportNames.Tcp or TransportNames.Udp)) return;
        FlowEndpoints ends = flow.Ends;
        if (IsServed(ends.HighPort)) Note(in flow, ends.LowAddress, ends.HighAddress, ends.HighPort);
        if (IsServed(ends.LowPort)) Note(in flow, ends.HighAddress, ends.LowAddress, ends.LowPort);
    }

    public DnsTally Fork()
    {
        var fork = (DnsTally)MemberwiseClone();
        fork._clients = new(_clients);
        return fork;
    }

    /// <summary>Other hosts are protected from now on; what is known of those before stays.</summary>
    public void Protect(ProtectedHosts hosts) => _hosts = hosts;

    private static bool IsServed(ushort port) => port is PeerNaming.DnsPort or EncryptedPort;

    private void Note(in FlowSummary flow, IpAddress client, IpAddress server, ushort port)
    {
        if (_hosts.SubjectsOf(client) == 0) return;
        ref DnsClient known = ref At(client);
        if (Unsafe.IsNullRef(ref known)) return;
        if (port == EncryptedPort)
        {
            known.EncryptedFlows++;
            return;
        }

        known.Flows++;
        if (known.ServerFrame != 0 && known.ServerFrame <= flow.FirstFrame) return;
        known.Server = server;
        known.ServerFrame = flow.FirstFrame;
    }

    private ref DnsClient At(IpAddress client)
    {
        if (_clients.Count >= maxClients && !_clients.ContainsKey(client))
        {
            NotKept++;
            return ref Unsafe.NullRef<DnsClient>();
        }

        return ref CollectionsMarshal.GetValueRefOrAddDefault(_clients, client, out _);
    }
}
