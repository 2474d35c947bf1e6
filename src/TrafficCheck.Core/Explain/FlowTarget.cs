using System.Globalization;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>A flow that somebody asks for, its ends in either order.</summary>
/// <param name="FirstPort">Null for protocols without ports, as <paramref name="SecondPort"/>.</param>
/// <param name="IcmpType">ICMP and ICMPv6: the type of the request, or null for any; of a reply its request's counts.</param>
/// <param name="IcmpCode">Null for any.</param>
public readonly record struct FlowTarget(
    IpAddress First, ushort? FirstPort, IpAddress Second, ushort? SecondPort, byte Protocol, byte? IcmpType = null, byte? IcmpCode = null)
{
    private bool IsIcmp => Protocol is Ip.Icmp or Ip.Icmpv6;

    /// <summary>Whether a flow with this protocol and these ends is meant.</summary>
    public bool IsOf(byte protocol, in FlowEndpoints ends)
    {
        if (protocol != Protocol || !HasAddresses(in ends)) return false;
        if (IsIcmp)
        {
            byte version = (byte)(ends.LowAddress.IsV4 ? 4 : 6);
            return (IcmpType is not { } type || IcmpMessage.RequestTypeOf(version, type) == ends.LowPort >> 8) && (IcmpCode is not { } code || code == (byte)ends.LowPort);
        }

        if (FirstPort is not { } first || SecondPort is not { } second) return true;
        return (ends.LowAddress == First && ends.LowPort == first && ends.HighAddress == Second && ends.HighPort == second)
            || (ends.LowAddress == Second && ends.LowPort == second && ends.HighAddress == First && ends.HighPort == first);
    }

    /// <summary>The same two hosts, whatever the ports and the protocol.</summary>
    public bool HasAddresses(in FlowEndpoints ends) =>
        (ends.LowAddress == First && ends.HighAddress == Second) || (ends.LowAddress == Second && ends.HighAddress == First);

    /// <summary>One end is one of the two sockets, over the same protocol; hosts where there are no ports.</summary>
    public bool SharesEnd(byte protocol, in FlowEndpoints ends)
    {
        if (protocol != Protocol) return false;
        (IpAddress first, ushort? firstPort, IpAddress second, ushort? secondPort) = this;
        return Is(ends.LowAddress, ends.LowPort) || Is(ends.HighAddress, ends.HighPort);

        bool Is(IpAddress address, ushort port) =>
            (address == first && (firstPort is null || firstPort == port)) || (address == second && (secondPort is null || secondPort == port));
    }

    public override string ToString()
    {
        string type = IcmpType is { } t ? IcmpCode is { } c ? Text($":{t}.{c}") : Text($":{t}") : "";
        return Text($"{End(First, FirstPort)}-{End(Second, SecondPort)}/{TransportNames.Of(Protocol)}{type}");
    }

    /// <summary>A flow in the form in which it is asked for: <c>10.0.0.5:51820-203.0.113.9:443/tcp</c>, <c>10.0.0.5-203.0.113.9/icmp:8.0</c>.</summary>
    public static string TextOf(byte protocol, in FlowEndpoints ends)
    {
        bool ports = TransportNames.HasPorts(protocol), icmp = protocol is Ip.Icmp or Ip.Icmpv6;
        return new FlowTarget(
            ends.LowAddress, ports ? ends.LowPort : null, ends.HighAddress, ports ? ends.HighPort : null, protocol,
            icmp ? (byte)(ends.LowPort >> 8) : null, icmp ? (byte)ends.LowPort : null).ToString();
    }

    /// <summary>The same, the initiator first.</summary>
    public static string TextOf(ExplainedFlow flow)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return new FlowTarget(
            IpAddress.From(flow.Initiator), flow.InitiatorPort, IpAddress.From(flow.Responder), flow.ResponderPort, flow.Transport, flow.Icmp?.Type, flow.Icmp?.Code).ToString();
    }

    private static string End(IpAddress address, ushort? port) =>
        address.IsV4 ? Text($"{address}{(port is { } v4 ? Text($":{v4}") : "")}") : Text($"[{address}]{(port is { } v6 ? Text($":{v6}") : "")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Deconstruct(out IpAddress first, out ushort? firstPort, out IpAddress second, out ushort? secondPort) =>
        (first, firstPort, second, secondPort) = (First, FirstPort, Second, SecondPort);
}
