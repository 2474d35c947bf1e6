using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <content>What a run that goes on asks of the stage, and tells it.</content>
internal sealed unsafe partial class FrameStage
{
    /// <summary>What they had on the link.</summary>
    public long Bytes { get; private set; }

    /// <summary>The highest number of a frame so far.</summary>
    public long HighestNumber => _highest;

    /// <summary>The time by which idle flows may be ended; the smallest value before the first frame.</summary>
    public long NowNs => _nowNs;

    /// <summary>Where it is told what was read, or null.</summary>
    public RunCounters? Counters { get; init; }

    /// <summary>From now on other payloads are of use.</summary>
    /// <inheritdoc cref="FrameStage(EngineOptions, HashSeed, CaptureInterfaces, IPacketLine, bool, ControlPorts?, bool, List{PartFate})"/>
    public void Ask(SpeechDemand speech, bool readsDns)
    {
        (_speech, _readsDns) = (speech, readsDns);
        _ordinaryFrames.Ask(speech, readsDns);
    }
}
