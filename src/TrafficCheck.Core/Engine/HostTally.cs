using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Which hosts a capture has, for the case that the protected ones are not among them: flows by host, for a bounded number of hosts, until
/// anything of a subject is seen.
/// </summary>
internal sealed class HostTally : IJudgedFlowSink
{
    private const int MaxHosts = 20_000;
    private Dictionary<IpAddress, long> _flows = [];
    private bool _done;

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        if (_done) return;
        if (judgement.Reason is not (Reason.Transit or Reason.LinkScope))
        {
            _done = true;
            _flows.Clear();
            return;
        }

        if (judgement.Reason == Reason.LinkScope) return;
        Count(flow.Ends.LowAddress);
        Count(flow.Ends.HighAddress);
    }

    /// <summary>The hosts with most flows; ties go to the lower address.</summary>
    public IReadOnlyList<(IpAddress Host, long Flows)> Busiest(int count) =>
        [.. _flows.OrderByDescending(f => f.Value).ThenBy(f => f.Key).Take(count).Select(f => (f.Key, f.Value))];

    public HostTally Fork()
    {
        var fork = (HostTally)MemberwiseClone();
        fork._flows = new(_flows);
        return fork;
    }

    private void Count(IpAddress host)
    {
        if (AddressKind.CannotInitiate(host)) return;
        if (_flows.TryGetValue(host, out long flows)) _flows[host] = flows + 1;
        else if (_flows.Count < MaxHosts) _flows.Add(host, 1);
    }
}
