namespace TrafficCheck.Core.Engine.Reports;

/// <summary>How the directions of the flows in scope are known. Lists leave out zero counts and stand in the order of the ladder, or of their names.</summary>
public sealed record EvidenceReport
{
    /// <summary>Flows in scope, each once.</summary>
    public long Flows { get; init; }

    /// <summary>Flows by method (<c>syn</c>, <c>ledger</c> ...), strongest first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Methods { get; init; } = [];

    /// <summary>Flows by confidence, <c>proven</c> first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Confidences { get; init; } = [];

    /// <summary>By method: flows of which the first packet captured came from the other end than the one that the evidence names.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Flips { get; init; } = [];

    /// <summary>Flows by what speaks against their evidence, or kept stronger evidence from counting; a flow may count under several.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Conflicts { get; init; } = [];

    /// <summary>Sockets that flows of this run proved servers.</summary>
    public long Servers { get; init; }

    /// <summary>Those of <see cref="Servers"/> that this run proved clients, too.</summary>
    public long ServersAlsoClients { get; init; }

    /// <summary>Sockets that are servers by the number of their peers' ports.</summary>
    public long ServersByDegree { get; init; }

    /// <summary>The ledger that is kept between runs, or null when none is.</summary>
    public KeptLedgerReport? Ledger { get; init; }
}

/// <summary>What the ledger file gave and got.</summary>
/// <param name="Read">Sockets that it had.</param>
/// <param name="Confirmed">Those of them that this run proved as well.</param>
/// <param name="Added">Sockets that this run proved and that it did not have.</param>
/// <param name="Dropped">Sockets that found no room: those proven longest ago.</param>
/// <param name="Written">Sockets that it has now; null when it was not written.</param>
public sealed record KeptLedgerReport(string Path, long Read, long Confirmed, long Added, long Dropped, long? Written);
