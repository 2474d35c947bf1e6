using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SharpPcap;
using SharpPcap.LibPcap;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Live;

/// <summary>An interface that can be captured on.</summary>
/// <param name="Name">What <see cref="LiveOptions.Interface"/> takes.</param>
/// <param name="Description">Of the system; null where it gives none.</param>
/// <param name="IsUp">Whether it is switched on.</param>
/// <param name="HasCarrier">Whether something is at the other end of the cable; null where that cannot be known.</param>
/// <param name="LinkType">What its frames begin with; null where only opening it would tell.</param>
/// <param name="SpeedMbits">Speed in Mbit/s, null where the system does not know it.</param>
public sealed record LiveInterface(
    string Name, string? Description, IReadOnlyList<IPAddress> Addresses, bool IsUp, bool? HasCarrier, bool IsLoopback, LinkType? LinkType, long? SpeedMbits);

/// <summary>The interfaces of this system.</summary>
public static class LiveInterfaces
{
    // Flags of pcap_if: PCAP_IF_LOOPBACK, PCAP_IF_UP.
    private const uint LoopbackFlag = 1, UpFlag = 2;

    /// <summary>In the order of libpcap: those that are most likely meant first.</summary>
    /// <exception cref="LiveCaptureException">libpcap is not installed or fails.</exception>
    public static IReadOnlyList<LiveInterface> List() => [.. All().Select(Describe)];

    internal static PcapInterface Find(string name)
    {
        IReadOnlyList<PcapInterface> all = All();
        return all.FirstOrDefault(i => i.Name == name) ?? throw new LiveCaptureException(OpeningErrors.Unknown(name, [.. all.Select(i => i.Name)]));
    }

    private static IReadOnlyList<PcapInterface> All()
    {
        if (Libpcap.Instance is null) throw new LiveCaptureException(Libpcap.Absence);
        try
        {
            return PcapInterface.GetAllPcapInterfaces();
        }
        catch (PcapException e)
        {
            throw new LiveCaptureException("The interfaces cannot be listed: " + e.Message, e);
        }
        catch (DllNotFoundException e)
        {
            throw new LiveCaptureException(Libpcap.Absence, e);
        }
    }

    private static LiveInterface Describe(PcapInterface found)
    {
        IPAddress[] addresses = [.. found.Addresses.Select(a => a.Addr?.ipAddress).OfType<IPAddress>()
            .Where(a => a.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)];
        string? description = string.IsNullOrWhiteSpace(found.Description) ? null : found.Description;
        bool up = (found.Flags & UpFlag) != 0, loopback = (found.Flags & LoopbackFlag) != 0;
        if (!OperatingSystem.IsLinux()) return new LiveInterface(found.Name, description, addresses, up, null, loopback, null, null);
        string? carrier = InterfaceStatistics.ReadText(found.Name, "carrier"), speed = InterfaceStatistics.ReadText(found.Name, "speed");
        return new LiveInterface(
            found.Name, description, addresses, up, carrier is null ? null : carrier == "1", loopback,
            found.Name == "any" ? LinkType.LinuxSll : InterfaceStatistics.LinkTypeOf(InterfaceStatistics.ReadText(found.Name, "type")),
            long.TryParse(speed, NumberStyles.None, CultureInfo.InvariantCulture, out long mbits) && mbits > 0 ? mbits : null);
    }
}
