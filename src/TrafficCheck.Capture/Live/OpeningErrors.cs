using SharpPcap;

namespace TrafficCheck.Capture.Live;

/// <summary>Why an interface cannot be opened, in sentences that end with what mends it.</summary>
internal static class OpeningErrors
{
    /// <param name="words">What SharpPcap says of it.</param>
    public static string Explain(string name, PcapError error, string words) => error switch
    {
        PcapError.PermissionDenied or PcapError.PromiscuousPermissionDenied => NoRights("Capturing on " + name),
        PcapError.InterfaceNotUp => $"The interface {name} is down: sudo ip link set {name} up",
        PcapError.NoSuchDevice => $"The interface {name} cannot be captured on: {words}",
        PcapError.Generic => $"The interface {name} cannot be opened, and libpcap does not say why; it may be none of the network. See 'trafficcheck interfaces' for others.",
        _ => $"The interface {name} cannot be opened: {words} (error {(int)error})",
    };

    public static string Unknown(string name, IReadOnlyList<string> known) => known.Count == 0
        ? NoRights($"There is no interface '{name}', and none that could be captured on was found. Capturing")
        : $"There is no interface '{name}'. There are: {string.Join(", ", known)}. See 'trafficcheck interfaces'.";

    private static string NoRights(string what)
    {
        if (OperatingSystem.IsWindows()) return what + " needs the rights of an administrator, or Npcap installed without 'restrict to administrators'.";
        if (OperatingSystem.IsMacOS()) return what + " needs the right to read /dev/bpf*: run it with sudo, or install ChmodBPF.";
        string program = Environment.ProcessPath ?? "trafficcheck";
        string grant = Path.GetFileNameWithoutExtension(program) == "dotnet" ? "" : $"sudo setcap cap_net_raw=eip {program}, or ";
        return $"{what} needs the capability CAP_NET_RAW: {grant}run it with sudo.";
    }
}
