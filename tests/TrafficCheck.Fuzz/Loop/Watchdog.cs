using System.Diagnostics;

namespace TrafficCheck.Fuzz.Loop;

/// <summary>Ends the process when one input takes too long or too much memory. The supervisor saves the input and starts again.</summary>
internal sealed class Watchdog
{
    public const int HangCode = 40, MemoryCode = 41;

    private const long MaxWorkingSet = 1536L << 20;

    private readonly TimeSpan _limit;
    private long _started;

    public Watchdog(TimeSpan limit)
    {
        _limit = limit;
        new Thread(Watch) { IsBackground = true, Name = "watchdog" }.Start();
    }

    public void Begin() => Volatile.Write(ref _started, Stopwatch.GetTimestamp());

    public void End() => Volatile.Write(ref _started, 0);

    private void Watch()
    {
        using Process self = Process.GetCurrentProcess();
        while (true)
        {
            Thread.Sleep(200);
            long started = Volatile.Read(ref _started);
            if (started != 0 && Stopwatch.GetElapsedTime(started) > _limit) Exit(HangCode);
            self.Refresh();
            if (self.WorkingSet64 > MaxWorkingSet) Exit(MemoryCode);
        }
    }

    // Not Environment.Exit: it would wait for the thread that hangs.
    private static void Exit(int code) => NativeExit.Now(code);
}
