using System.Collections.Immutable;
using System.Net;
using System.Text;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames.Layers;

namespace TrafficCheck.TestSupport.Frames;

/// <summary>
/// Builds byte-exact frames layer by layer, from the outermost inwards. Lengths, type fields and checksums are right unless a
/// parameter overrides them. Immutable: every call returns a new builder, so one prefix may serve many frames.
/// </summary>
/// <example><c>FrameBuilder.Ethernet().Vlan(12).IPv4("192.0.2.1", "192.0.2.2").Udp(5353, 53).Payload([1, 2, 3]).Build()</c></example>
public sealed partial class FrameBuilder
{
    public const string FirstMac = "02:00:00:00:00:01";
    public const string SecondMac = "02:00:00:00:00:02";

    private readonly ImmutableArray<FrameLayer> _layers;
    private readonly ImmutableArray<byte> _trailer;
    private readonly int _minimum;

    private FrameBuilder(LinkType linkType, ImmutableArray<FrameLayer> layers, ImmutableArray<byte> trailer, int minimum)
    {
        LinkType = linkType;
        _layers = layers;
        _trailer = trailer;
        _minimum = minimum;
    }

    /// <summary>The link type a capture file must state for this frame.</summary>
    public LinkType LinkType { get; }

    public static FrameBuilder Ethernet(string source = FirstMac, string destination = SecondMac, ushort? etherType = null) =>
        Start(LinkType.Ethernet, new EthernetLayer(Mac(source), Mac(destination), etherType));

    /// <summary>Linux cooked capture version 1.</summary>
    /// <param name="packetType">0 to us, 1 broadcast, 2 multicast, 3 to someone else, 4 sent by us.</param>
    public static FrameBuilder Cooked1(ushort packetType = 0, string source = FirstMac, ushort? etherType = null, ushort arpHardware = 1) =>
        Start(LinkType.LinuxSll, new Cooked1Layer(packetType, arpHardware, Mac(source), etherType));

    /// <summary>Linux cooked capture version 2.</summary>
    public static FrameBuilder Cooked2(
        byte packetType = 0, uint interfaceIndex = 2, string source = FirstMac, ushort? etherType = null, ushort arpHardware = 1) =>
        Start(LinkType.LinuxSll2, new Cooked2Layer(interfaceIndex, packetType, arpHardware, Mac(source), etherType));

    /// <summary>The frame starts with an IP header of either version (LINKTYPE_RAW).</summary>
    public static FrameBuilder RawIp() => Start(LinkType.RawIp);

    /// <summary>The frame starts with an IPv4 header (LINKTYPE_IPV4).</summary>
    public static FrameBuilder RawIPv4() => Start(LinkType.Ipv4);

    /// <summary>The frame starts with an IPv6 header (LINKTYPE_IPV6).</summary>
    public static FrameBuilder RawIPv6() => Start(LinkType.Ipv6);

    /// <summary>BSD loopback in the capturing host's byte order.</summary>
    public static FrameBuilder BsdNull(bool bigEndian = false, uint? family = null) =>
        Start(LinkType.BsdNull, new LoopbackLayer(bigEndian, family));

    /// <summary>OpenBSD loopback, always in network byte order.</summary>
    public static FrameBuilder BsdLoop(uint? family = null) => Start(LinkType.BsdLoop, new LoopbackLayer(true, family));

    /// <summary>An 802.1Q tag; another <paramref name="tpid"/> gives 802.1ad (0x88a8) or its forerunners (0x9100, 0x9200).</summary>
    public FrameBuilder Vlan(ushort id, byte priority = 0, ushort tpid = 0x8100, bool dropEligible = false, ushort? etherType = null) =>
        Add(new VlanLayer(id, priority, dropEligible, tpid, etherType));

    /// <summary>An 802.1ad service tag: the outer one of QinQ.</summary>
    public FrameBuilder ServiceVlan(ushort id, byte priority = 0) => Vlan(id, priority, 0x88a8);

    public FrameBuilder Payload(ReadOnlySpan<byte> bytes) => Add(new PayloadLayer(null, bytes.ToArray()));

    /// <summary>Payload of one byte a character (Latin-1).</summary>
    public FrameBuilder Payload(string text) => Add(new PayloadLayer(null, Encoding.Latin1.GetBytes(text)));

    /// <summary>Bytes behind the content that no length field counts.</summary>
    public FrameBuilder Trailer(ReadOnlySpan<byte> bytes) => new(LinkType, _layers, [.. bytes], _minimum);

    /// <summary>Zero bytes behind the content up to <paramref name="length"/>: 60 is the shortest Ethernet frame without its FCS.</summary>
    public FrameBuilder PadTo(int length = 60) => new(LinkType, _layers, _trailer, length);

    /// <summary>The whole frame.</summary>
    public byte[] Build()
    {
        int content = _layers.Sum(l => l.Length);
        var frame = new byte[Math.Max(content + _trailer.Length, _minimum)];
        _trailer.CopyTo(frame.AsSpan(content));
        int start = content;
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            FrameLayer layer = _layers[i];
            start -= layer.Length;
            var whole = frame.AsSpan(start, content - start);
            layer.Write(whole[..layer.Length], whole, i + 1 < _layers.Length ? _layers[i + 1] : null, NetworkBefore(i));
        }
        return frame;
    }

    /// <summary>The bytes from the first IP header to the end of the content: what an ICMP error quotes.</summary>
    /// <exception cref="InvalidOperationException">The frame has no IP header.</exception>
    public byte[] BuildIpPacket()
    {
        int first = IndexOfFirstNetwork();
        int start = _layers.Take(first).Sum(l => l.Length);
        int content = _layers.Sum(l => l.Length);
        return Build()[start..content];
    }

    /// <summary>The frame at a time; it was captured whole.</summary>
    public TimedFrame At(long timestampNs)
    {
        byte[] bytes = Build();
        return new TimedFrame(timestampNs, bytes, (uint)bytes.Length, LinkType);
    }

    /// <summary>Six bytes from a text like <c>02:00:00:00:00:01</c>.</summary>
    public static byte[] Mac(string text) => Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal));

    private static FrameBuilder Start(LinkType type, params ReadOnlySpan<FrameLayer> layers) => new(type, [.. layers], [], 0);

    private FrameBuilder Add(FrameLayer layer) => new(LinkType, _layers.Add(layer), _trailer, _minimum);

    private NetworkLayer? NetworkBefore(int index)
    {
        for (int i = index - 1; i >= 0; i--)
            if (_layers[i] is NetworkLayer network) return network;
        return null;
    }

    private int IndexOfFirstNetwork()
    {
        for (int i = 0; i < _layers.Length; i++)
            if (_layers[i] is NetworkLayer) return i;
        throw new InvalidOperationException("The frame has no IP header.");
    }

    private static IPAddress Address(string text) => IPAddress.Parse(text);
}
