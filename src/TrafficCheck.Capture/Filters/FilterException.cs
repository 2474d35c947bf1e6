namespace TrafficCheck.Capture.Filters;

/// <summary>A filter expression cannot be used. The message is that of libpcap.</summary>
public sealed class FilterException : Exception
{
    public FilterException(string message)
        : base(message)
    {
    }

    public FilterException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public FilterException()
    {
    }
}
