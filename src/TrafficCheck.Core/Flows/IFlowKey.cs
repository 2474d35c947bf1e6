namespace TrafficCheck.Core.Flows;

/// <summary>
/// Identity of a flow without direction: transport protocol and the two (address, port) endpoints in ascending order, called low and high.
/// Exact: equal keys are the same flow. The zero value is no flow's key. Implemented by one struct per address family, so that one table
/// serves both without virtual calls or copies of its code.
/// </summary>
public interface IFlowKey<TSelf>
    where TSelf : unmanaged, IFlowKey<TSelf>
{
    /// <summary>IP protocol number.</summary>
    byte Protocol { get; }

    /// <summary>Whether this is the zero value.</summary>
    bool IsNone { get; }

    static abstract bool Same(in TSelf x, in TSelf y);

    static abstract ulong Hash(in TSelf key, in HashSeed seed);

    FlowEndpoints Endpoints { get; }
}
