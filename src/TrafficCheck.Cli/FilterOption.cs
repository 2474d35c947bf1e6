using System.CommandLine;
using TrafficCheck.Capture;
using TrafficCheck.Capture.Filters;

namespace TrafficCheck.Cli;

/// <summary><c>--filter</c>: the same words and the same meaning wherever frames come from.</summary>
internal static class FilterOption
{
    public static Option<string?> Create() => new("--filter")
    {
        HelpName = "EXPR",
        Description = "Only frames that match this libpcap expression (man pcap-filter). VLAN tags are hidden from it, so that 'udp port 53' matches tagged and "
            + "untagged frames alike, unless it speaks of 'vlan'. Frames left out are counted.",
    };

    /// <exception cref="UsageException">libpcap is missing, or does not understand the expression.</exception>
    public static FrameFilter? Read(string? expression)
    {
        if (expression is null) return null;
        try
        {
            return FrameFilter.Create(expression);
        }
        catch (Exception e) when (e is FilterException or LibpcapMissingException)
        {
            throw new UsageException("--filter: " + e.Message);
        }
    }
}
