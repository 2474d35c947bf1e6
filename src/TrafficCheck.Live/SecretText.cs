namespace TrafficCheck.Live;

/// <summary>Secrets of a run: from the environment or a file, never from the command line, which every user of the machine can read.</summary>
public static class SecretText
{
    /// <param name="from"><c>env:VARIABLE</c> or <c>file:PATH</c>.</param>
    /// <exception cref="FormatException">Not understood, or the variable or file is missing; the message does not tell the secret.</exception>
    public static string Read(string from)
    {
        const int Most = 8192;
        string? secret = null;
        if (from.StartsWith("env:", StringComparison.Ordinal))
        {
            secret = Environment.GetEnvironmentVariable(from[4..]);
            if (string.IsNullOrEmpty(secret)) throw new FormatException($"the environment variable {from[4..]} is not set");
        }
        else if (from.StartsWith("file:", StringComparison.Ordinal))
        {
            try
            {
                secret = File.ReadAllText(from[5..]).TrimEnd('\r', '\n');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new FormatException($"{from[5..]} cannot be read: {e.Message}");
            }
        }

        if (string.IsNullOrEmpty(secret) || secret.Length > Most) throw new FormatException("a secret comes from env:VARIABLE or file:PATH, so that no list of processes shows it");
        return secret;
    }
}
