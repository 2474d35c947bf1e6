using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>A name that the capture gives an end of a flow, and its proof. Untrusted text.</summary>
/// <param name="Proof"><c>dns</c>, <c>tls-sni</c>, <c>tls-sni-outer</c>, <c>http-host</c> or <c>http-connect</c>.</param>
/// <param name="Frame">The first frame that shows it.</param>
/// <param name="IsShared">Other names lead to the address, too, and nothing in the flow tells which is meant.</param>
/// <param name="Chain">By DNS: from the name over its aliases to the one that has the address; else empty.</param>
/// <param name="ToldTo">By DNS: the other host that was told, when the flow's own end was not.</param>
/// <param name="IsLater">First shown after the flow began.</param>
/// <param name="IsPastTtl">The time to live of the answer was over when the flow began.</param>
public sealed record ExplainedName(
    string Name, string Proof, long Frame, bool IsShared, IReadOnlyList<ChainStep> Chain, string? ToldTo, bool IsLater, bool IsPastTtl);

/// <summary>The names of one end of a flow.</summary>
/// <param name="Names">The surest first; bounded.</param>
/// <param name="More">How many more there are.</param>
/// <param name="IsShared">Several names lead to the address, whatever this flow says.</param>
public sealed record NamesOfEnd(string Address, IReadOnlyList<ExplainedName> Names, int More, bool IsShared)
{
    private const int Most = 8;

    /// <summary>What the other end of the flow knows.</summary>
    internal static NamesOfEnd Of(in Flows.FlowSummary flow, bool isHigh, PeerNaming naming)
    {
        List<PeerName> all = naming.NamesOf(in flow, isHigh);
        all.RemoveAll(n => n.Name.Length == 0);
        IpAddress host = flow.Ends.Address(!isHigh), address = flow.Ends.Address(isHigh);
        return new(
            address.ToString(),
            [.. all.Take(Most).Select(n => new ExplainedName(n.Name, n.Kind.Word(), n.Frame, n.IsShared, n.Chain ?? [], n.ToldTo?.ToString(), n.IsLater, n.IsPastTtl))],
            Math.Max(0, all.Count - Most), naming.IsShared(host, address));
    }
}
