namespace TrafficCheck.Core.Engine.Scans;

/// <summary>Receives the probes that are no part of a scan or flood.</summary>
internal interface IProbeSink
{
    void Add(in Probe probe, in ProbeCause cause);

    void Add(in FindingKey key, FindingState sum);
}
