namespace TrafficCheck.Live.Alerts;

internal enum DeliveryEnd
{
    Delivered,

    /// <summary>Trying it again changes nothing.</summary>
    Refused,

    /// <summary>The receiver is there and could not take it now.</summary>
    TryLater,

    /// <summary>The receiver cannot be reached.</summary>
    Unreachable,

    /// <summary>The receiver is gone for good.</summary>
    Ended,
}

/// <param name="Error">For people, without secrets; null when delivered.</param>
/// <param name="RetryAfter">What the receiver asks for; null where it does not.</param>
internal readonly record struct Delivery(DeliveryEnd End, string? Error = null, TimeSpan? RetryAfter = null)
{
    public static Delivery Done => new(DeliveryEnd.Delivered);
}

/// <summary>One way to one receiver. One alert at a time.</summary>
internal interface IAlertDelivery : IAsyncDisposable
{
    /// <summary>Tries once. What goes wrong outside is in the result; only <paramref name="cancel"/> throws.</summary>
    Task<Delivery> TryAsync(Alert alert, CancellationToken cancel);
}
