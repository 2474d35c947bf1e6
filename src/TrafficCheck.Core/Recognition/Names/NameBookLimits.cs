namespace TrafficCheck.Core.Recognition.Names;

/// <summary>How much a <see cref="NameBook"/> remembers. What is in use longest ago gives way.</summary>
/// <param name="MaxEntries">Names at addresses, each client's counted apart.</param>
/// <param name="MaxBytes">Memory that entries, chains and names take, as estimated.</param>
public sealed record NameBookLimits(int MaxEntries = 500_000, long MaxBytes = 64L << 20)
{
    /// <summary>Names that one client has for one address.</summary>
    public int MaxNamesPerClient { get; init; } = 32;

    /// <summary>Names of one address over all clients.</summary>
    public int MaxNamesPerAddress { get; init; } = 64;
}
