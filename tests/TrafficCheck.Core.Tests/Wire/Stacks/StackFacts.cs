using System.Globalization;
using System.Net;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>
/// What is in a frame, field by field: made once by the generator while it stacks headers, once from what the decoder says. Offsets count
/// from the first byte of the frame, or of the part of it that is there yet.
/// </summary>
internal sealed record StackFacts
{
    public DecodeStatus Status { get; init; }

    public int Version { get; init; }

    public int Addresses { get; init; }

    public string Source { get; init; } = "";

    public string Destination { get; init; } = "";

    public int Protocol { get; init; }

    /// <summary>0, and so are all below, where the transport was not reached.</summary>
    public int TransportOffset { get; init; }

    public int SourcePort { get; init; }

    public int DestinationPort { get; init; }

    public int Payload { get; init; }

    public int PayloadLength { get; init; }

    public long IpLength { get; init; }

    public long DataLength { get; init; }

    public int TcpFlags { get; init; }

    public int IcmpType { get; init; }

    public int IcmpCode { get; init; }

    public bool IsFragment { get; init; }

    public long FragmentId { get; init; }

    public int Vlan { get; init; }

    public bool LinkBroadcast { get; init; }

    public Oddities Oddities { get; init; }

    public int TunnelDepth { get; init; }

    /// <summary><c>Vxlan 5001 / Gre 7</c>: the outermost and the innermost.</summary>
    public string Tunnels { get; init; } = "0 None 0 / None 0";

    /// <summary>The same frame with more bytes before it.</summary>
    public StackFacts Behind(int bytes) => this with { Addresses = Addresses + bytes, Payload = Payload + bytes };

    public static string Path(IReadOnlyList<(TunnelKind Kind, uint Id)> tunnels) => tunnels.Count == 0
        ? "0 None 0 / None 0"
        : string.Create(CultureInfo.InvariantCulture, $"{tunnels.Count} {tunnels[0].Kind} {tunnels[0].Id} / {tunnels[^1].Kind} {tunnels[^1].Id}");

    /// <summary>The status alone, where no packet was found: the other fields then mean nothing.</summary>
    public static StackFacts Without(DecodeStatus status) => new() { Status = status };

    public static unsafe StackFacts Of(DecodeStatus status, in PacketSummary p, byte* frame)
    {
        if (!DecodeStatusNames.IsDecoded(status)) return Without(status);
        int size = p.Version == 4 ? 4 : 16;
        TunnelPath tunnel = p.Tunnel;
        return new()
        {
            Status = status,
            Version = p.Version,
            Addresses = (int)(p.Addresses - frame),
            Source = new IPAddress(new ReadOnlySpan<byte>(p.Addresses, size)).ToString(),
            Destination = new IPAddress(new ReadOnlySpan<byte>(p.Addresses + size, size)).ToString(),
            Protocol = p.Protocol,
            TransportOffset = p.TransportOffset,
            SourcePort = p.SourcePort,
            DestinationPort = p.DestinationPort,
            Payload = p.Payload == null ? -1 : (int)(p.Payload - frame),
            PayloadLength = p.PayloadLength,
            IpLength = p.IpLength,
            DataLength = p.DataLength,
            TcpFlags = p.TcpFlags,
            IcmpType = p.IcmpType,
            IcmpCode = p.IcmpCode,
            IsFragment = p.IsFragment,
            FragmentId = p.FragmentId,
            Vlan = p.Vlan,
            LinkBroadcast = p.LinkBroadcast,
            Oddities = p.Oddities,
            TunnelDepth = tunnel.Depth,
            Tunnels = string.Create(CultureInfo.InvariantCulture, $"{tunnel.Depth} {tunnel.Outer} {tunnel.OuterId} / {tunnel.Inner} {tunnel.InnerId}"),
        };
    }
}
