namespace TrafficCheck.Cli;

/// <summary>The command line, the matrix or the protected hosts are wrong; the message says what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
