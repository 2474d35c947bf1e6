using System.Globalization;

namespace TrafficCheck.Benchmarks.Soak;

/// <summary>What a soak shows at one moment.</summary>
/// <param name="Seconds">Since the first frame.</param>
/// <param name="SimulatedHours">The same by the times of the frames.</param>
/// <param name="ResidentBytes">VmRSS of the process, trace and all.</param>
/// <param name="PeakBytes">VmHWM of the process.</param>
/// <param name="HeapBytes">Live and dead objects on the managed heap.</param>
/// <param name="CommittedBytes">What the managed heap has of the system, as of its last collection.</param>
/// <param name="AllocatedBytes">Managed bytes allocated since the first frame.</param>
internal readonly record struct SoakSample(
    long Frames, double Seconds, double SimulatedHours, long ResidentBytes, long PeakBytes, long HeapBytes, long CommittedBytes, long AllocatedBytes, long LiveFlows,
    long FlowsOpened, long FlowsExpired, double FramesPerSecond)
{
    public const string Header =
        "frames,seconds,simulated_hours,resident_bytes,peak_bytes,heap_bytes,heap_committed_bytes,allocated_bytes,live_flows,flows_opened,flows_expired,frames_per_second";

    public string ToCsv() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Frames},{Seconds:0.000},{SimulatedHours:0.00},{ResidentBytes},{PeakBytes},{HeapBytes},{CommittedBytes},{AllocatedBytes},{LiveFlows},{FlowsOpened},{FlowsExpired},{FramesPerSecond:0}");

    /// <summary>Resident memory of this process now and at its most, in bytes; 0 where the system does not tell.</summary>
    public static (long Resident, long Peak) ReadMemory()
    {
        const string Status = "/proc/self/status";
        long resident = 0, peak = 0;
        if (!File.Exists(Status)) return (0, 0);
        foreach (string line in File.ReadLines(Status))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal)) resident = Kilobytes(line);
            else if (line.StartsWith("VmHWM:", StringComparison.Ordinal)) peak = Kilobytes(line);
        }

        return (resident, peak);
    }

    private static long Kilobytes(string line) => long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
