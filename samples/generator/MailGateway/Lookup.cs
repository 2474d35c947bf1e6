using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>The name lookups that precede flows to named hosts, so that a capture can prove the names.</summary>
internal static class Lookup
{
    /// <param name="answers">Aliases and addresses, in the order of the answer; none for a name that does not exist.</param>
    public static IReadOnlyList<TimedFrame> Frames(Site site, double at, ushort port, string name, params ReadOnlySpan<string> answers) =>
        site.Udp(at, Gateway, port, Resolver, 53)
            .ClientSends(Dns.Query(port, name))
            .ServerSends(answers.IsEmpty ? Dns.NoSuchName(port, name) : Dns.Answer(port, name, Dns.A, answers)).Frames;
}
