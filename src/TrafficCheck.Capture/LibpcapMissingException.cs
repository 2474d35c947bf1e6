namespace TrafficCheck.Capture;

/// <summary>libpcap is not installed. The message names the command that installs it.</summary>
public sealed class LibpcapMissingException : Exception
{
    public LibpcapMissingException(string message)
        : base(message)
    {
    }

    public LibpcapMissingException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public LibpcapMissingException()
    {
    }
}
