namespace TrafficCheck.TestSupport.Frames;

/// <summary>Which direction of a conversation the capture saw: a mirror port may deliver one only.</summary>
public enum CapturedSides
{
    Both,
    ClientOnly,
    ServerOnly,
}
