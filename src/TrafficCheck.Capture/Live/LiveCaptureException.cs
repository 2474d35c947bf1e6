namespace TrafficCheck.Capture.Live;

/// <summary>Live capture cannot begin. The message is for a person and names the command that mends it, where there is one.</summary>
public sealed class LiveCaptureException : Exception
{
    public LiveCaptureException(string message)
        : base(message)
    {
    }

    public LiveCaptureException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public LiveCaptureException()
    {
    }
}
