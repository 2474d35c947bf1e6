namespace TrafficCheck.Live.Page;

/// <summary>The page cannot be served as it was asked for. The message is one sentence for the person who asked, and says what to do.</summary>
public sealed class LivePageException : Exception
{
    public LivePageException(string message)
        : base(message)
    {
    }

    public LivePageException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public LivePageException()
    {
    }
}
