using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>How the directions of the flows in scope are known, and what spoke against it: each flow once.</summary>
internal sealed class EvidenceTally
{
    private long[] _methods = new long[(int)EvidenceMethod.None + 1];
    private long[] _confidences = new long[(int)Confidence.Unknown + 1];
    private long[] _flips = new long[(int)EvidenceMethod.None + 1];
    private long[] _conflicts = new long[16];

    public long Flows { get; private set; }

    public ReadOnlySpan<long> Methods => _methods;

    public ReadOnlySpan<long> Confidences => _confidences;

    /// <summary>By method: flows of which the other end sent the first packet.</summary>
    public ReadOnlySpan<long> Flips => _flips;

    /// <summary>By bit of <see cref="EvidenceConflicts"/>.</summary>
    public ReadOnlySpan<long> Conflicts => _conflicts;

    public EvidenceTally Fork()
    {
        var fork = (EvidenceTally)MemberwiseClone();
        fork._methods = (long[])_methods.Clone();
        fork._confidences = (long[])_confidences.Clone();
        fork._flips = (long[])_flips.Clone();
        fork._conflicts = (long[])_conflicts.Clone();
        return fork;
    }

    public void Add(in FlowSummary flow, in FlowReading reading)
    {
        Flows++;
        _methods[(int)reading.Method]++;
        _confidences[(int)reading.Confidence]++;
        if (reading.IsFlip(in flow)) _flips[(int)reading.Method]++;
        for (int left = (int)reading.Conflicts; left != 0; left &= left - 1) _conflicts[System.Numerics.BitOperations.TrailingZeroCount(left)]++;
    }
}
