namespace TrafficCheck.Core.Engine;

/// <summary>
/// What the parts of a fork share: the budget that they go on with, and the memory outside the managed heap that was copied for them, which is given back
/// with the fork. A fork is a copy of what judges, made while nobody writes to it, that goes on by itself.
/// </summary>
internal sealed class ForkScope(HostBudget budget) : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    /// <summary>A copy of the budget as it is.</summary>
    public HostBudget Budget { get; } = budget.Fork();

    /// <param name="memory">May be disposed of by others before.</param>
    public void Own(IDisposable memory) => _owned.Add(memory);

    public void Dispose()
    {
        foreach (IDisposable memory in _owned) memory.Dispose();
        _owned.Clear();
    }
}
