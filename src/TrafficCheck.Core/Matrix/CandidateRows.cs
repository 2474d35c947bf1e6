namespace TrafficCheck.Core.Matrix;

/// <summary>A row that agrees in subject, transport, port and direction, with the part of its specificity that is known.</summary>
public readonly record struct CandidateRow(int Row, uint Rank);

/// <summary>The rows that agree in subject, transport and service port: one list for each direction.</summary>
public readonly record struct CandidateRows
{
    internal const int DependsOnPeer = -1;

    internal int InStart { get; init; }

    internal int InCount { get; init; }

    internal int OutStart { get; init; }

    internal int OutCount { get; init; }

    /// <summary>The matching set when no row of the direction asks for a peer or an application, else <see cref="DependsOnPeer"/>.</summary>
    internal int InPlainSet { get; init; }

    internal int OutPlainSet { get; init; }

    public bool Has(bool inbound) => (inbound ? InCount : OutCount) > 0;

    public bool IsEmpty => InCount + OutCount == 0;
}
