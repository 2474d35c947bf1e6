namespace TrafficCheck.Core.Recognition.Names;

/// <summary>What is known of an address from one client's point of view.</summary>
/// <param name="Names">
/// The client's own first, those known in time before later ones, then by frame and name. Each name and source once. Empty when nothing is known.
/// </param>
/// <param name="Shared">More than one name was asked for and led here: the address does not tell which of them is meant.</param>
/// <param name="Incomplete">More names led here than are kept.</param>
public sealed record PeerNames(IReadOnlyList<NameProof> Names, bool Shared, bool Incomplete)
{
    public static PeerNames None { get; } = new([], false, false);
}
