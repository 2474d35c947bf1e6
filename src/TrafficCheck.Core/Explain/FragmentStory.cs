namespace TrafficCheck.Core.Explain;

/// <summary>What became of a fragment.</summary>
/// <param name="Decision">One sentence.</param>
/// <param name="FirstFragment">Number of the frame with the datagram's first fragment, or null when it was not captured.</param>
/// <param name="LaterFragments">Numbers of the frames with its other fragments, ascending.</param>
/// <param name="MoreFragments">How many more there are than are listed.</param>
public sealed record FragmentStory(string Decision, long? FirstFragment, IReadOnlyList<long> LaterFragments, long MoreFragments);
