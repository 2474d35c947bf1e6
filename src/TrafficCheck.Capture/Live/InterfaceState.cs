namespace TrafficCheck.Capture.Live;

/// <summary>What an interface that is captured on is like at the moment.</summary>
public enum InterfaceState
{
    Up,

    /// <summary>Switched off; it is still open, and capture goes on as soon as it is switched on.</summary>
    Down,

    /// <summary>Removed, or not to be opened again yet; it is tried again and again.</summary>
    Gone,
}

/// <summary>The words for <see cref="InterfaceState"/>: <c>up</c>, <c>down</c>, <c>gone</c>.</summary>
public static class InterfaceStateNames
{
    public static string Of(InterfaceState state) => state switch
    {
        InterfaceState.Up => "up",
        InterfaceState.Down => "down",
        _ => "gone",
    };
}
