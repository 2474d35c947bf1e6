using System.Globalization;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Where packets were captured, in words.</summary>
internal static class SegmentNames
{
    public static string OfVlan(ushort vlan) => vlan == 0 ? "untagged" : string.Create(CultureInfo.InvariantCulture, $"VLAN {vlan}");

    /// <param name="index">Index into the run's interfaces.</param>
    public static string OfInterface(CaptureInterfaces interfaces, ushort index) =>
        index < interfaces.All.Count && interfaces.All[index] is var one
            ? one.Name ?? string.Create(CultureInfo.InvariantCulture, $"input {one.Input + 1} interface {one.Id}")
            : string.Create(CultureInfo.InvariantCulture, $"interface {index}");

    /// <summary><c>eth1, VLAN 12</c></summary>
    public static string Of(CaptureInterfaces interfaces, ushort index, ushort vlan) => $"{OfInterface(interfaces, index)}, {OfVlan(vlan)}";
}
