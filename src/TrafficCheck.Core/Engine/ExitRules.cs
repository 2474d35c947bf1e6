namespace TrafficCheck.Core.Engine;

/// <summary>What makes a run fail.</summary>
[Flags]
public enum FailOn
{
    Never = 0,
    Unexpected = 1,
    Undetermined = 2,

    /// <summary>A needed service was tried and did not work.</summary>
    Failing = 4,

    /// <summary>A required row was not seen.</summary>
    Missing = 8,
}

/// <param name="MinGrade">The worst visibility grade that is accepted, <c>F</c> for any.</param>
public sealed record ExitRules(FailOn FailOn = FailOn.Unexpected, char MinGrade = 'F')
{
    /// <summary>Conditions of the matrix that hold: their rows count as required.</summary>
    public IReadOnlyList<string> With { get; init; } = [];

    internal bool Holds(string condition) => With.Contains(condition, StringComparer.OrdinalIgnoreCase);
}
