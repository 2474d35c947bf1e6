namespace TrafficCheck.Core.Engine;

/// <summary>A name of the remote end of a flow, and its proof.</summary>
/// <param name="Name">Lower-case ASCII; empty for a name that was shown and not kept.</param>
/// <param name="Frame">The first frame that showed it.</param>
/// <param name="IsShared">Other names lead to the same address: it does not tell which of them is meant.</param>
public readonly record struct PeerName(string Name, NameKind Kind, long Frame, bool IsShared = false);
