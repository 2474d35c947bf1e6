using System.Globalization;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Live;

/// <summary>
/// What the system itself counts of an interface (<c>/sys/class/net/NAME/statistics</c>; what the counters mean is in the kernel's
/// Documentation/networking/statistics.rst). Linux only; elsewhere nothing is known. Any thread.
/// </summary>
internal sealed class InterfaceStatistics
{
    private const string Root = "/sys/class/net/";

    private readonly Lock _reading = new();
    private readonly string _name;
    private WideCounter _missed, _fifo, _over, _discarded;
    private uint _index;
    private bool _known;

    /// <param name="index">Number of the interface; the system shows the interfaces of one network namespace, which need not be that of this program.</param>
    public InterfaceStatistics(string name, uint index)
    {
        (_name, _index) = (name, index);
        Begin(wasNew: false);
    }

    /// <summary>Frames missed and discarded since the beginning; null where the system does not say.</summary>
    public (long? Missed, long? Discarded) Read()
    {
        lock (_reading)
        {
            if (TryReadAll(out ulong missed, out ulong fifo, out ulong over, out ulong discarded))
            {
                _missed.Read64(missed);
                _fifo.Read64(fifo);
                _over.Read64(over);
                _discarded.Read64(discarded);
            }

            return _known ? (_missed.Total + Math.Max(_fifo.Total, _over.Total), _discarded.Total) : (null, null);
        }
    }

    /// <summary>The interface was opened again. What it counted meanwhile counts; one with another number is new and began at zero.</summary>
    public void Restart(uint index)
    {
        bool wasNew = index != _index;
        _index = index;
        if (wasNew) Begin(wasNew: true);
    }

    private void Begin(bool wasNew)
    {
        lock (_reading)
        {
            if (!TryReadAll(out ulong missed, out ulong fifo, out ulong over, out ulong discarded)) return;
            _known = true;
            if (wasNew) (missed, fifo, over, discarded) = (0, 0, 0, 0);
            _missed.Restart(missed);
            _fifo.Restart(fifo);
            _over.Restart(over);
            _discarded.Restart(discarded);
        }
    }

    /// <summary>A file of the interface's folder, without white space at its ends; null where it cannot be read.</summary>
    public static string? ReadText(string name, string file)
    {
        // A name that leads elsewhere is none of an interface.
        if (!OperatingSystem.IsLinux() || name.Contains('/', StringComparison.Ordinal) || name is "." or "..") return null;
        try
        {
            return File.ReadAllText(Root + name + "/" + file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The link type for a device type of the kernel (ARPHRD numbers of if_arp.h), as libpcap maps it; null where opening decides.</summary>
    public static LinkType? LinkTypeOf(string? deviceType) => deviceType switch
    {
        "1" or "772" => LinkType.Ethernet,
        "801" => LinkType.Ieee80211,
        "803" => LinkType.Ieee80211Radiotap,
        "512" or "519" or "65534" => LinkType.RawIp,
        "768" or "776" or "778" => LinkType.RawIp,
        _ => null,
    };

    private bool TryReadAll(out ulong missed, out ulong fifo, out ulong over, out ulong discarded)
    {
        fifo = over = discarded = 0;
        if (ReadText(_name, "ifindex") != _index.ToString(CultureInfo.InvariantCulture))
        {
            missed = 0;
            return false;
        }

        return TryRead("rx_missed_errors", out missed) && TryRead("rx_fifo_errors", out fifo) && TryRead("rx_over_errors", out over)
            && TryRead("rx_dropped", out discarded);
    }

    private bool TryRead(string counter, out ulong value)
    {
        value = 0;
        return ReadText(_name, "statistics/" + counter) is { } text && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
