using System.Runtime.InteropServices;

namespace TrafficCheck.Cli.Watch;

/// <summary>SIGINT and SIGTERM end a run with its report, SIGHUP reads the matrix again. A second SIGINT ends the program at once.</summary>
internal sealed class LiveSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _stops;

    /// <param name="abandon">Called before a second SIGINT ends the program; must not wait.</param>
    public LiveSignals(Action stop, Action reload, Action abandon)
    {
        void Stop(PosixSignalContext context)
        {
            if (Interlocked.Increment(ref _stops) > 1 && context.Signal == PosixSignal.SIGINT)
            {
                abandon();
                return; // the system's own way: the program ends
            }

            context.Cancel = true;
            stop();
        }

        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
        if (OperatingSystem.IsWindows()) return;
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload();
        }));
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }
}
