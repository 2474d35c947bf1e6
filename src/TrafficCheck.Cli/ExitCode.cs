namespace TrafficCheck.Cli;

/// <summary>Exit codes that the program promises; 1, 3 and 4 also come out of a run's exit rules.</summary>
internal static class ExitCode
{
    public const int Nothing = 0, Findings = 1, WrongUsage = 2, InputDamaged = 3, InternalError = 70;
}
