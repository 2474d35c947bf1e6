namespace TrafficCheck.Fuzz.Targets;

internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        FrameTarget.Target, .. CaptureTargets.All, .. MatrixTargets.All, .. PayloadTargets.All, BerTarget.Target, RelatedTarget.Target, NameTarget.Target, SegmentTarget.Target, LedgerTarget.Target, EngineTarget.Target,
    ];

    public static FuzzTarget Named(string name) => All.FirstOrDefault(t => t.Name == name)
        ?? throw new ArgumentException($"no target '{name}'; there are: {string.Join(' ', All)}");
}
