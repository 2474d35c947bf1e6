using System.Buffers.Binary;
using System.Text;
using TrafficCheck.TestSupport.Frames.Layers;

namespace TrafficCheck.TestSupport.Frames;

// What a segment carries besides IP.
public sealed partial class FrameBuilder
{
    public const string BroadcastMac = "ff:ff:ff:ff:ff:ff";

    /// <summary>Bytes announced by an EtherType of your choice.</summary>
    public FrameBuilder EtherPayload(ushort etherType, ReadOnlySpan<byte> bytes) => Add(new LinkPayloadLayer(etherType, bytes.ToArray()));

    /// <summary>Bytes behind an 802.3 length field: LLC and what it carries.</summary>
    public FrameBuilder LlcPayload(ReadOnlySpan<byte> bytes) => Add(new LinkPayloadLayer(null, bytes.ToArray()));

    /// <summary>ARP for IPv4 over Ethernet (RFC 826).</summary>
    /// <param name="operation">1 request, 2 reply.</param>
    public FrameBuilder Arp(ushort operation, string senderMac, string senderAddress, string targetMac, string targetAddress)
    {
        byte[] head = [0, 1, 8, 0, 6, 4, 0, (byte)operation];
        return EtherPayload(0x0806,
        [
            .. head,
            .. Mac(senderMac), .. Address(senderAddress).GetAddressBytes(),
            .. Mac(targetMac), .. Address(targetAddress).GetAddressBytes(),
        ]);
    }

    /// <summary>An LLDP announcement with its three mandatory parts and a system name, addressed by the caller's Ethernet header.</summary>
    public FrameBuilder Lldp(string chassisMac, string portName, ushort timeToLiveSeconds, string systemName)
    {
        var bytes = new List<byte>();
        Tlv(bytes, 1, [4, .. Mac(chassisMac)]);
        Tlv(bytes, 2, [5, .. Encoding.ASCII.GetBytes(portName)]);
        Tlv(bytes, 3, [(byte)(timeToLiveSeconds >> 8), (byte)timeToLiveSeconds]);
        Tlv(bytes, 5, Encoding.ASCII.GetBytes(systemName));
        Tlv(bytes, 0, []);
        return EtherPayload(0x88cc, [.. bytes]);
    }

    /// <summary>A configuration BPDU of the spanning tree protocol (IEEE 802.1D), the sender being the root.</summary>
    public FrameBuilder Stp(string bridgeMac, ushort port = 0x8001)
    {
        byte[] bridge = [0x80, 0x00, .. Mac(bridgeMac)];
        byte[] portBytes = [(byte)(port >> 8), (byte)port];
        byte[] llc = [0x42, 0x42, 0x03];
        byte[] times = [0, 0, 20, 0, 2, 0, 15, 0]; // age 0, maximum 20 s, hello 2 s, forward delay 15 s, in 1/256 s
        return LlcPayload([.. llc, 0, 0, 0, 0, 0, .. bridge, 0, 0, 0, 0, .. bridge, .. portBytes, 0, .. times[..7]]);
    }

    private static void Tlv(List<byte> bytes, int type, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)((type << 9) | value.Length));
        bytes.AddRange(head);
        bytes.AddRange(value);
    }
}
