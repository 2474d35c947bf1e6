namespace TrafficCheck.Live.Alerts;

/// <summary>One line of JSON for each alert. Who closes the other end ends this receiver and nothing else.</summary>
internal sealed class LinesDelivery(Stream output) : IAlertDelivery
{
    public async Task<Delivery> TryAsync(Alert alert, CancellationToken cancel)
    {
        byte[] line = [.. alert.Json.Span, (byte)'\n'];
        try
        {
            // A full pipe holds up a thread of the pool at most; whoever waits for this is not held up by it.
            await Task.Run(
                () =>
                {
                    output.Write(line);
                    output.Flush();
                },
                cancel).WaitAsync(cancel).ConfigureAwait(false);
            return Delivery.Done;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or NotSupportedException or UnauthorizedAccessException)
        {
            return new(DeliveryEnd.Ended, $"closed: {e.Message}");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
