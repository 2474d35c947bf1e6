using SharpPcap;
using SharpPcap.LibPcap;

namespace TrafficCheck.Benchmarks;

/// <summary>The native library behind SharpPcap. The product reads files without it, so a machine need not have it.</summary>
internal static class Libpcap
{
    public const string Category = "libpcap";

    public const string Absence = "libpcap is not installed: the rows that read with SharpPcap are left out";

    public static bool IsPresent { get; } = Probe();

    /// <summary>The library is loaded by the first call that needs it; asked to open a file that is none, it answers that, if it is there.</summary>
    private static bool Probe()
    {
        string empty = Path.GetTempFileName();
        try
        {
            using var file = new CaptureFileReaderDevice(empty);
            file.Open();
            return true;
        }
        catch (PcapException)
        {
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            return false;
        }
        finally
        {
            File.Delete(empty);
        }
    }
}
