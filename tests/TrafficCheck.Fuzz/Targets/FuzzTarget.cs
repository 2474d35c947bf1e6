namespace TrafficCheck.Fuzz.Targets;

/// <summary>Reads bytes nobody checked; throws when a promise of the code is broken, and for nothing else.</summary>
internal delegate void FuzzBody(ReadOnlySpan<byte> input);

/// <summary>A door of the product through which foreign bytes come in.</summary>
/// <param name="MaxLength">Longer inputs are cut: they find nothing that shorter ones do not, and cost time.</param>
/// <param name="Seeds">What mutation starts from.</param>
/// <param name="Tokens">Words of the format that mutation puts in.</param>
internal sealed record FuzzTarget(string Name, int MaxLength, FuzzBody Body, Func<IEnumerable<byte[]>> Seeds, params string[] Tokens)
{
    public void Run(ReadOnlySpan<byte> input) => Body(input.Length > MaxLength ? input[..MaxLength] : input);

    public override string ToString() => Name;
}

/// <summary>The code did not throw, but did what its documentation rules out.</summary>
internal sealed class BrokenPromiseException(string promise, string detail = "") : Exception(detail.Length == 0 ? promise : promise + "\n" + detail)
{
    /// <summary>The same for all inputs that break it.</summary>
    public string Promise => promise;

    public static void Unless(bool kept, string promise)
    {
        if (!kept) throw new BrokenPromiseException(promise);
    }
}
