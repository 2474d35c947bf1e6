using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>What decides how frames become judged flows.</summary>
public sealed record EngineOptions
{
    public FlowTimeouts Timeouts { get; init; } = FlowTimeouts.Default;

    public long MaxFlows { get; init; } = FlowLimits.DefaultMax;

    /// <summary>Equal addresses and ports in two VLANs are two flows.</summary>
    public bool VlanInKey { get; init; }

    /// <summary>Count every copy of a packet that a mirror delivered more than once.</summary>
    public bool KeepCopies { get; init; }

    /// <summary>Whether the innermost packet of tunnels counts, or the outermost.</summary>
    public bool Decapsulate { get; init; } = true;

    /// <summary>Where UDP tunnels are looked for.</summary>
    public IReadOnlyList<KeyValuePair<TunnelKind, ushort>> TunnelPorts { get; init; } = Wire.TunnelPorts.Standard;

    /// <summary>Link-scope traffic is judged like other traffic.</summary>
    public bool JudgeLinkScope { get; init; }

    /// <summary>Reads what every flow speaks even when no row asks for an application, for reports that show it.</summary>
    public bool ReadSpeech { get; init; }

    /// <summary>Gathers the names that the capture shows even when no row asks for one, for reports that show them.</summary>
    public bool ReadNames { get; init; }

    /// <summary>Ports that FTP servers give out for passive data connections, known although no announcement was seen; null for none.</summary>
    public PortRange? FtpPassiveRange { get; init; }

    /// <summary>
    /// Servers that earlier runs proved, each socket once; null when no ledger is kept. When one is, the proofs of this run are summed for it, see
    /// <see cref="CheckEngine.ProvenServers"/>.
    /// </summary>
    public IReadOnlyList<ProvenServer>? KeptServers { get; init; }

    /// <summary>Threads that a run may use, at least 1. The result does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Batches between two stages that are taken on the spot before a thread is started for the next one: a short input is done by then.</summary>
    internal int BatchesBeforeThreads { get; init; } = 16;

    /// <summary>Null takes a random seed, which is right for everything but tests.</summary>
    public HashSeed? Seed { get; init; }
}
