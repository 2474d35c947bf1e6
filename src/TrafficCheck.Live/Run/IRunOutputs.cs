using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;

namespace TrafficCheck.Live.Run;

/// <summary>Where the reports of a run go. Called by the thread that builds reports, one call at a time; capture and judging never wait for it.</summary>
public interface IRunOutputs
{
    /// <summary>The whole run as it stands.</summary>
    /// <param name="isFinal">The run is over: it is the report of the run.</param>
    void Picture(CheckReport whole, bool isFinal);

    /// <summary>The same, to be kept for a start after a crash, with the servers proven so far.</summary>
    void Checkpoint(CheckReport whole, IReadOnlyList<ProvenServer> servers);

    /// <summary>The report of a period: flows that had a packet in it.</summary>
    void Period(CheckReport period, DateTimeOffset beganUtc, DateTimeOffset endedUtc);

    /// <summary>Whether flows are written one by one.</summary>
    bool WantsRows { get; }

    /// <summary>The flows that ended in a period.</summary>
    /// <param name="write">Hands them over, ordered by time and frame; to be called once, before this returns.</param>
    /// <param name="isLast">The run is over.</param>
    void Rows(Action<Action<FlowRow>> write, DateTimeOffset beganUtc, bool isLast);
}
