using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>
/// Sockets that talk with many peers' ports, among the flows that nothing better tells about. Counted when all flows have ended, by sorting, so
/// that the order of flows has no part in it and packets cost nothing. Two rounds: the first finds the sockets that may have enough flows, the second keeps
/// the flows of these alone. A flood has two million sockets, and one that matters.
/// <para>
/// A server is one socket with many high ports of several hosts, which talk to it. Three things look alike and are none: a scan (one port
/// everywhere, or nobody answers, or answers are resets), a client that keeps its source port (its servers' ports are few, or low), and a peer
/// that opens most of its conversations itself.
/// </para>
/// </summary>
internal sealed class DegreeServers(int most = DegreeServers.MostFlows) : IDisposable
{
    /// <summary>
    /// Distinct peers' ports that make a server. A client with a fixed source port meets the ports of services, and a service has one or two; ten
    /// different high ports that answer are beyond what passive ports and media of a few conversations give. Fewer would be guessing.
    /// </summary>
    public const int Ports = 10;

    /// <summary>Distinct peers: one host with many ports is more often scanned, or traced, than served.</summary>
    public const int Peers = 3;

    /// <summary>Flows of each family that are counted: 16 MB for IPv4 in a flood while sorting, 32 MB for IPv6, twice as much at most.</summary>
    private const int MostFlows = 1_000_000, LowestPeerPort = 1024;

    private readonly SocketDegrees<V4Socket> _v4 = new(most);
    private readonly SocketDegrees<V6Socket> _v6 = new(most);

    /// <summary>Flows that found no room to be counted.</summary>
    public long NotCounted { get; private set; }

    /// <summary>Sockets that are servers by their degree.</summary>
    public int Servers => _v4.Servers.Count + _v6.Servers.Count;

    /// <summary>The first round.</summary>
    public void Count(in FlowSummary flow)
    {
        bool counted = flow.Ends.LowAddress.IsV4 ? _v4.Count(in flow) : _v6.Count(in flow);
        if (!counted) NotCounted++;
    }

    /// <summary>The second round: the same flows once more, in the same order.</summary>
    public void Add(in FlowSummary flow)
    {
        if (flow.Ends.LowAddress.IsV4) _v4.Add(in flow, LowestPeerPort);
        else _v6.Add(in flow, LowestPeerPort);
    }

    /// <summary>All flows were added.</summary>
    public void Build()
    {
        _v4.Build();
        _v6.Build();
    }

    /// <summary>Whether one end of a flow is a server by its degree.</summary>
    public bool Has(in FlowEndpoints ends, byte transport, bool high)
    {
        IpAddress address = ends.Address(high);
        return address.IsV4 ? _v4.Has(V4Socket.Of(address, ends.Port(high), transport)) : _v6.Has(V6Socket.Of(address, ends.Port(high), transport));
    }

    public void Dispose()
    {
        _v4.Dispose();
        _v6.Dispose();
    }
}

/// <summary>The links of one family: a socket and one it had a flow with, each flow from both ends.</summary>
internal sealed unsafe class SocketDegrees<TKey>(int most) : IDisposable
    where TKey : unmanaged, ISocketKey<TKey>
{
    /// <summary>Counters of the first round, one for the sockets of a hash. Two that share one are both kept, which costs room only.</summary>
    private const int Counters = 1 << 20;

    private readonly HashSeed _seed = HashSeed.Random();
    private readonly ulong[] _ports = new ulong[1024];
    private readonly Dictionary<TKey, int> _numbers = [];
    private readonly List<TKey> _centers = [];
    private PageMemory? _counters, _memory;
    private int _counted, _added, _links, _last;

    /// <summary>In order, after <see cref="Build"/>.</summary>
    public List<TKey> Servers { get; } = [];

    /// <returns>Whether there was room.</returns>
    public bool Count(in FlowSummary flow)
    {
        if (_counted >= most) return false;
        _counted++;
        _counters ??= PageMemory.Allocate(Counters);
        (TKey low, TKey high) = SocketsOf(in flow);
        Count(in low);
        Count(in high);
        return true;
    }

    public void Add(in FlowSummary flow, int lowestPeerPort)
    {
        if (_added >= _counted) return;
        _added++;
        FlowEndpoints ends = flow.Ends;
        bool opened = (flow.Marks & FlowMarks.MayPredateCapture) == 0, byHigh = (flow.Marks & FlowMarks.FirstFromHigh) != 0;
        (TKey low, TKey high) = SocketsOf(in flow);
        if (MayServe(in low)) Add(new(high, NumberOf(in low), ends.HighPort >= lowestPeerPort && Talks(in flow, high: true), opened && !byHigh));
        if (MayServe(in high)) Add(new(low, NumberOf(in high), ends.LowPort >= lowestPeerPort && Talks(in flow, high: false), opened && byHigh));
    }

    public void Build()
    {
        if (_memory is not null)
        {
            // SAFETY: so many were set, see Add.
            var links = new Span<Link>(_memory.Start, _links);
            links.Sort();
            for (int start = 0, end; start < links.Length; start = end)
            {
                end = start + 1;
                while (end < links.Length && links[end].Center == links[start].Center) end++;
                if (end - start >= DegreeServers.Ports && IsServer(links[start..end])) Servers.Add(_centers[links[start].Center]);
            }

            Servers.Sort();
        }

        _numbers.Clear();
        _numbers.TrimExcess();
        _centers.Clear();
        _centers.TrimExcess();

        Dispose();
    }

    public bool Has(TKey socket) => Servers.Count > 0 && Servers.BinarySearch(socket) >= 0;

    public void Dispose()
    {
        _memory?.Dispose();
        _counters?.Dispose();
        (_memory, _counters) = (null, null);
    }

    private static (TKey Low, TKey High) SocketsOf(in FlowSummary flow)
    {
        FlowEndpoints ends = flow.Ends;
        return (TKey.Of(ends.LowAddress, ends.LowPort, flow.Protocol), TKey.Of(ends.HighAddress, ends.HighPort, flow.Protocol));
    }

    private void Count(in TKey socket)
    {
        ref byte count = ref Counter(in socket);
        if (count < DegreeServers.Ports) count++;
    }

    private bool MayServe(in TKey socket) => Counter(in socket) >= DegreeServers.Ports;

    // SAFETY: the mask keeps the place among the counters, which are there while flows are counted and added.
    private ref byte Counter(in TKey socket) => ref _counters!.Start[(int)TKey.Hash(in socket, in _seed) & (Counters - 1)];

    private int NumberOf(in TKey socket)
    {
        // What is flooded comes again and again.
        if (_last < _centers.Count && _centers[_last].Equals(socket)) return _last;
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, socket, out bool known);
        if (!known)
        {
            number = _centers.Count;
            _centers.Add(socket);
        }

        return _last = number;
    }

    private void Add(in Link link)
    {
        // Room for all, of which pages are taken from the system as they are filled. SAFETY: each flow counted has two links at most.
        _memory ??= PageMemory.Allocate((nuint)sizeof(Link) * 2 * (nuint)_counted);
        ((Link*)_memory.Start)[_links++] = link;
    }

    private static bool Talks(in FlowSummary flow, bool high)
    {
        // A reset is an answer, and none that a client gives.
        const uint More = FlowMarks.SideMask & ~FlowMarks.Rst;
        long packets = high ? flow.HighPackets : flow.LowPackets;
        uint marks = (flow.Marks >> (high ? FlowMarks.SideBits : 0)) & FlowMarks.SideMask;
        return packets > 0 && (flow.Protocol != Ip.Tcp || (marks & More) != 0);
    }

    /// <param name="links">Of one socket, in the order of their peers.</param>
    private bool IsServer(Span<Link> links)
    {
        // The peers stand in order: what is equal to the one before it is no other peer. A peer counts as a client when any of its flows does.
        int sockets = 0, clients = 0, hosts = 0, ports = 0, own = 0;
        IpAddress lastHost = default;
        for (int i = 0, next; i < links.Length; i = next)
        {
            bool client = false;
            for (next = i; next < links.Length && links[next].Peer.Equals(links[i].Peer); next++)
            {
                client |= links[next].PeerIsClient;
                if (links[next].OpenedByCenter) own++;
            }

            sockets++;
            if (!client) continue;
            clients++;
            IpAddress host = links[i].Peer.Address;
            if (hosts == 0 || host != lastHost) hosts++;
            lastHost = host;
            ref ulong word = ref _ports[links[i].Peer.Port >> 6];
            ulong bit = 1UL << (links[i].Peer.Port & 63);
            if ((word & bit) == 0) ports++;
            word |= bit;
        }

        foreach (ref readonly Link link in links) _ports[link.Peer.Port >> 6] = 0;

        // There are 65536 ports: of very many clients most share one with another.
        const int Many = 1024;
        return ports >= DegreeServers.Ports && hosts >= DegreeServers.Peers && clients * 2 >= sockets && (ports * 2 >= clients || ports >= Many) && own * 2 <= links.Length;
    }

    /// <param name="Center">Number of the socket: shorter than itself, and quicker to compare.</param>
    private readonly record struct Link(TKey Peer, int Center, bool PeerIsClient, bool OpenedByCenter) : IComparable<Link>
    {
        public int CompareTo(Link other)
        {
            int order = Center.CompareTo(other.Center);
            return order != 0 ? order : Peer.CompareTo(other.Peer);
        }
    }
}
