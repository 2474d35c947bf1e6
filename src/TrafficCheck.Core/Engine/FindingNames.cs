using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>The names of a finding's peers: those that its flows show, then those that the sampled hosts have in the capture.</summary>
internal static class FindingNames
{
    private const int Most = 5;

    public static IReadOnlyList<NamedPeer> Of(FindingState state, PeerNaming naming)
    {
        var names = new List<NamedPeer>();
        foreach (var (_, frame, name, (kind, peer)) in state.Names.Items)
        {
            if (naming.Text(name) is { Length: > 0 } text) Add(names, new(peer.ToString(), text, kind.Word(), frame, false));
        }

        foreach (var peer in state.Peers.Sample)
        {
            foreach (var host in state.Hosts.Sample)
            {
                // Two names of an address tell as much as ten.
                foreach (PeerName name in naming.NamesOf(host, peer, state.FirstNs).Take(2)) Add(names, NamedPeer(peer, name));
            }
        }

        return names;
    }

    private static NamedPeer NamedPeer(IpAddress peer, PeerName name) => new(peer.ToString(), name.Name, name.Kind.Word(), name.Frame, name.IsShared)
    {
        Chain = name.Chain ?? [],
        ToldTo = name.ToldTo?.ToString(),
    };

    private static void Add(List<NamedPeer> names, NamedPeer name)
    {
        if (names.Count < Most && !names.Exists(n => n.Name == name.Name && n.Address == name.Address)) names.Add(name);
    }
}
