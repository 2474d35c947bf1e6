namespace TrafficCheck.Core.Wire;

/// <summary>Numbers of link types as capture headers store them.</summary>
public static class LinkTypeNumbers
{
    /// <summary>12 and 14 are what some systems write for raw IP.</summary>
    public static LinkType FromHeader(uint number) => number is 12 or 14 ? LinkType.RawIp : (LinkType)(ushort)number;
}
