using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>A name of the remote end of a flow, and its proof.</summary>
/// <param name="Name">Lower-case ASCII; empty for a name that was shown and not kept.</param>
/// <param name="Frame">The first frame that showed it.</param>
/// <param name="IsShared">Other names lead to the same address: it does not tell which of them is meant.</param>
public readonly record struct PeerName(string Name, NameKind Kind, long Frame, bool IsShared = false)
{
    /// <summary>By DNS: from the name over its aliases to the one that has the address; null for what clients said.</summary>
    public IReadOnlyList<ChainStep>? Chain { get; init; }

    /// <summary>By DNS: the other host that was told, when the flow's own end was not; null when it was.</summary>
    public IpAddress? ToldTo { get; init; }

    /// <summary>First shown after the flow began.</summary>
    public bool IsLater { get; init; }

    /// <summary>The time to live of the answer was over when the flow began.</summary>
    public bool IsPastTtl { get; init; }
}
