using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>One name at one address: the first proof, and when it was last confirmed.</summary>
internal struct NameEntry
{
    public NameChain Chain;

    /// <summary>The name is that step of the chain; the address belongs to step <see cref="End"/>.</summary>
    public byte Step, End;

    /// <summary>Somebody asked for this very name, rather than being led to it by an alias.</summary>
    public bool Asked;

    public NameSource Source;
    public IpAddress Client;
    public long FirstNs, LastNs, ExpiresNs;

    public readonly NameText Name => Chain.Names[Step];
}
