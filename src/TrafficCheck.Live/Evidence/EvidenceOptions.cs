using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>Where evidence goes, and how much of it.</summary>
public sealed record EvidenceOptions
{
    public required string Folder { get; init; }

    /// <summary>Bytes of all evidence files in the folder, those of earlier runs included; the oldest go first.</summary>
    public long MostBytes { get; init; } = 100_000_000;

    /// <summary>Bytes of one file.</summary>
    public long MostFileBytes { get; init; } = 16_000_000;

    /// <summary>Evidence files that were not written to for longer are removed; null for never.</summary>
    public TimeSpan? MostAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The first frames of a flow that are kept.</summary>
    public int FramesPerFlow { get; init; } = 8;

    public int FramesPerFinding { get; init; } = 64;

    /// <summary>Findings that get a file; further ones get none, which the status says.</summary>
    public int MostFindings { get; init; } = 4096;

    /// <summary>Memory for the first frames of flows that are not judged yet; the oldest go first.</summary>
    public long StoreBytes { get; init; } = 256 << 20;

    /// <summary>Flows whose frames are counted at a time, 24 bytes each; of more, those idle longest are forgotten.</summary>
    public int MostFlows { get; init; } = 1 << 20;

    /// <summary>Runs of frames that wait to be looked at. Their batches are held as long, so that who fills batches needs as many more.</summary>
    public int QueueRuns { get; init; } = 16;

    /// <summary>Bytes of frames that wait to be written.</summary>
    public long MostPendingBytes { get; init; } = 32 << 20;

    /// <summary>What could not be written is tried again after this long.</summary>
    public TimeSpan TryAgainAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>As the engine has it: <see cref="Core.Engine.EngineOptions.VlanInKey"/>.</summary>
    public bool VlanInKey { get; init; }

    /// <summary>As the engine has it: <see cref="Core.Engine.EngineOptions.Decapsulate"/>.</summary>
    public bool Decapsulate { get; init; } = true;

    /// <summary>As the engine has it: <see cref="Core.Engine.EngineOptions.TunnelPorts"/>.</summary>
    public IReadOnlyList<KeyValuePair<TunnelKind, ushort>> TunnelPorts { get; init; } = Core.Wire.TunnelPorts.Standard;

    /// <summary>Null takes a random seed, which is right for everything but tests.</summary>
    public HashSeed? Seed { get; init; }
}
