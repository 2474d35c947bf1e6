using System.Runtime.InteropServices;
using SharpPcap;
using SharpPcap.LibPcap;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Live;

/// <summary>
/// One open interface. SharpPcap opens and configures it; frames and statistics are taken from its handle, because SharpPcap makes an object for each frame
/// and reads the statistics wrongly on 64-bit Linux. One thread at a time.
/// </summary>
internal sealed unsafe class LiveDevice : IDisposable
{
    private readonly LibPcapLiveDevice _device;
    private readonly Libpcap _library;
    private readonly nint _handle;
    private readonly int _descriptor = -1;
    private readonly string _name;
    private readonly uint _index;

    private LiveDevice(LibPcapLiveDevice device, Libpcap library, string name, uint index)
    {
        (_device, _library, _name, _index) = (device, library, name, index);
        _handle = device.Handle.DangerousGetHandle();
        LinkType = LinkTypeNumbers.FromHeader((uint)library.DataLink(_handle));
        HasNanoseconds = device.TimestampResolution == TimestampResolution.Nanosecond;
        if (library.SelectableDescriptor == null) return;

        // Waiting is done here, with an end; libpcap would wait for the next frame, however long that takes.
        device.NonBlockingMode = true;
        _descriptor = library.SelectableDescriptor(_handle);
    }

    public LinkType LinkType { get; }

    /// <summary>The number that the system gives the interface; 0 where it has none.</summary>
    public uint Index => _index;

    public bool HasNanoseconds { get; }

    /// <summary>Why the last call failed, in the words of libpcap.</summary>
    public string LastError => _library.ErrorOf(_handle);

    /// <exception cref="LiveCaptureException">It cannot be opened; the message says what to do.</exception>
    public static LiveDevice Open(LiveOptions options)
    {
        Libpcap library = Libpcap.Instance ?? throw new LiveCaptureException(Libpcap.Absence);
        PcapInterface found = LiveInterfaces.Find(options.Interface);
        uint index = OperatingSystem.IsLinux() ? LinuxCalls.IndexOf(options.Interface) : 0;
        var device = new LibPcapLiveDevice(found);
        var configuration = new DeviceConfiguration
        {
            Mode = options.Promiscuous ? DeviceModes.Promiscuous : DeviceModes.None,
            Snaplen = options.SnapLength,
            BufferSize = options.BufferBytes,
            ReadTimeout = (int)options.ReadTimeout.TotalMilliseconds,
            TimestampResolution = TimestampResolution.Nanosecond,
        };

        // An adapter without nanoseconds gives microseconds; what else cannot be set is an error.
        string? refused = null;
        configuration.ConfigurationFailed += (_, failed) =>
        {
            if (failed.Property != nameof(DeviceConfiguration.TimestampResolution)) refused ??= failed.Message;
        };
        try
        {
            device.Open(configuration);
            if (refused is null) return new LiveDevice(device, library, options.Interface, index);
        }
        catch (PcapException e)
        {
            device.Dispose();
            throw new LiveCaptureException(OpeningErrors.Explain(options.Interface, e.Error, e.Message), e);
        }

        device.Dispose();
        throw new LiveCaptureException($"The interface {options.Interface} cannot be opened: {refused}");
    }

    /// <summary>Gives frames that are there to the call-back, about so many.</summary>
    /// <returns>Frames given; negative when the interface is lost.</returns>
    public int Dispatch(int most, delegate* unmanaged[Cdecl]<nint, byte*, byte*, void> take, nint user) => _library.Dispatch(_handle, most, take, user);

    /// <summary>Waits until there are frames, or so long. Windows waits in <see cref="Dispatch"/>.</summary>
    public void Wait(int milliseconds)
    {
        if (_descriptor < 0) return;
        if (!OperatingSystem.IsLinux())
        {
            // The read timeout of the system is about as long, and a descriptor of BPF cannot be waited for everywhere.
            Thread.Sleep(Math.Min(milliseconds, 5));
            return;
        }

        var request = new LinuxCalls.PollRequest { Descriptor = _descriptor, Events = LinuxCalls.PollIn };
        _ = LinuxCalls.Poll(&request, 1, milliseconds);
    }

    /// <summary>Counts since it was opened, of 32 bits.</summary>
    public bool TryReadStatistics(out uint received, out uint dropped)
    {
        // pcap_stat is three unsigned integers; Windows has some more behind them.
        uint* counts = stackalloc uint[16];
        bool read = _library.Stats(_handle, counts) == 0;
        (received, dropped) = read ? (counts[0], counts[1]) : (0, 0);
        return read;
    }

    /// <summary>Ends the intake, so that what was taken can be read to its end.</summary>
    /// <returns>False where the system cannot do it.</returns>
    public bool TryRejectAll() => OperatingSystem.IsLinux() && _library.FileNumber != null && LinuxCalls.TryRejectAll(_library.FileNumber(_handle));

    /// <summary>What the interface of its name is like now, and whether it is still the one that was opened.</summary>
    public InterfaceState State => OperatingSystem.IsLinux() && _index != 0 ? StateOnLinux() : InterfaceState.Up;

    public void Dispose() => _device.Dispose();

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private InterfaceState StateOnLinux()
    {
        if (LinuxCalls.IndexOf(_name) != _index) return InterfaceState.Gone;
        return LinuxCalls.IsUp(_name) switch
        {
            true => InterfaceState.Up,
            false => InterfaceState.Down,
            null => InterfaceState.Gone,
        };
    }
}
