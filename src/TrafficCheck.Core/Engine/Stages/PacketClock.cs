using System.Runtime.CompilerServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// The time of a run, as its frames tell it. Frames a little out of order keep their time and move nothing back; a step of the clock moves it
/// at once, both ways, but flows are not ended by a step forward until the frames behind it bear it out, because one wrong time must not end
/// them all.
/// </summary>
internal struct PacketClock
{
    /// <summary>Frames that bear out a step forward.</summary>
    private const int Witnesses = 64;

    private int _witnessesMissing;

    public PacketClock()
    {
    }

    /// <summary>Time of the latest frame, or the smallest value before the first.</summary>
    public long NowNs { get; private set; } = long.MinValue;

    /// <summary>Frames with a time before that of an earlier frame, steps of the clock left out.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Those of them that are behind by more than <see cref="PacketTime.ReorderWindowNs"/>.</summary>
    public long Late { get; private set; }

    /// <summary>Jumps of more than an hour: the clock was set, or nothing was captured for so long.</summary>
    public long StepsForward { get; private set; }

    public long StepsBack { get; private set; }

    /// <summary>Frames without a time (0): they take the time of the frame before.</summary>
    public long WithoutTime { get; private set; }

    /// <summary>Whether idle flows may be ended by <see cref="NowNs"/>.</summary>
    public readonly bool IsBorneOut => _witnessesMissing == 0;

    /// <returns>The time that the frame is taken to have.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(long timestampNs)
    {
        if ((ulong)(timestampNs - NowNs) > (ulong)FlowLimits.ClockStepNs || _witnessesMissing > 0) return Irregular(timestampNs);
        NowNs = timestampNs;
        return timestampNs;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long Irregular(long timestampNs)
    {
        if (NowNs == long.MinValue)
        {
            NowNs = timestampNs;
            return timestampNs;
        }

        if (PacketTime.IsMissing(timestampNs, NowNs))
        {
            WithoutTime++;
            return NowNs;
        }

        // Unsigned differences, because times may be at both ends of what 64 bits hold.
        if (timestampNs >= NowNs)
        {
            if ((ulong)(timestampNs - NowNs) > (ulong)FlowLimits.ClockStepNs)
            {
                StepsForward++;
                _witnessesMissing = Witnesses;
            }
            else if (_witnessesMissing > 0) _witnessesMissing--;

            NowNs = timestampNs;
            return timestampNs;
        }

        if ((ulong)(NowNs - timestampNs) > (ulong)FlowLimits.ClockStepNs)
        {
            StepsBack++;
            NowNs = timestampNs;
            _witnessesMissing = 0;
            return timestampNs;
        }

        OutOfOrder++;
        if (NowNs - timestampNs > PacketTime.ReorderWindowNs) Late++;
        return timestampNs;
    }
}
