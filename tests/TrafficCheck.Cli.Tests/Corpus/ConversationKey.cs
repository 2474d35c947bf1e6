namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>
/// A 5-tuple without direction, as both tables can name it: the two ends in ordinal order of their text. For ICMP the type stands in for
/// the ports, because the flow export has no code; null for protocols with neither.
/// </summary>
internal readonly record struct ConversationKey(string Transport, string Low, string High)
{
    public static ConversationKey Of(string transport, string one, string other) =>
        string.CompareOrdinal(one, other) <= 0 ? new(transport, one, other) : new(transport, other, one);
}
