using System.Buffers.Binary;
using System.Globalization;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// Goes through one frame by the rules of <see cref="FrameDecoder"/> and <see cref="TunnelDecoder"/> and writes down each header on the way. Off the
/// hot path: it allocates, and reads the frame through bounds-checked arrays. That it ends at the same packet as the decoders is tested on
/// every frame there is; <see cref="Packet"/> is what it ended at.
/// </summary>
public sealed partial class FrameWalk
{
    /// <summary>The bytes are not those of the tunnel that the port stands for.</summary>
    private const DecodeStatus NotThis = DecodeStatus.Count;

    private readonly byte[] _frame;
    private readonly List<WalkedLayer> _layers = [];
    private bool _quoting;
    private State _state = new() { Addresses = -1, Payload = -1, IpLayer = -1 };

    private FrameWalk(byte[] frame) => _frame = frame;

    /// <summary>The headers, outermost first.</summary>
    public IReadOnlyList<WalkedLayer> Layers => _layers;

    public DecodeStatus Status { get; private set; }

    /// <summary>The parts of an aggregate beyond the first, which this walk is of. Empty for all other frames.</summary>
    public IReadOnlyList<FrameWalk> Further { get; private set; } = [];

    /// <summary>The packet that counts. Its pointers are null: see <see cref="AddressesOffset"/> and <see cref="PayloadOffset"/>.</summary>
    public PacketSummary Packet => _state.Packet;

    /// <summary>Offset of the source address, which the destination follows; -1 without a packet.</summary>
    public int AddressesOffset => _state.Addresses;

    /// <summary>Offset of <see cref="PacketSummary.Payload"/>; -1 where there is none.</summary>
    public int PayloadOffset => _state.Payload;

    /// <summary>Index in <see cref="Layers"/> of the IP header of the packet that counts; -1 without one.</summary>
    public int IpLayer => _state.IpLayer;

    /// <param name="frame">The captured bytes.</param>
    /// <param name="tunnels">Where UDP tunnels are looked for; null walks the outermost packet only.</param>
    public static FrameWalk Of(ReadOnlySpan<byte> frame, LinkType linkType, TunnelPorts? tunnels) => Of(frame, linkType, tunnels, quoting: false);

    private static FrameWalk Of(ReadOnlySpan<byte> frame, LinkType linkType, TunnelPorts? tunnels, bool quoting)
    {
        var walk = new FrameWalk(frame.ToArray()) { _quoting = quoting };
        walk.Status = walk.Link(linkType);
        walk.GoInside(tunnels);
        if (walk.Packet.Rest != 0) walk.Further = walk.FurtherParts(tunnels);
        return walk;
    }

    private void GoInside(TunnelPorts? tunnels)
    {
        if (tunnels is not null && _state.Packet.Protocol != Ip.Tcp) Status = Unwrap(Status, tunnels);
    }

    private List<FrameWalk> FurtherParts(TunnelPorts? tunnels)
    {
        var parts = new List<FrameWalk>();
        for (int rest = Packet.Rest; rest != 0 && parts.Count < FrameDecoder.MaxParts - 1; rest = parts[^1].Packet.Rest)
        {
            var part = new FrameWalk(_frame);
            part.Status = part.Part(_frame.Length - rest, _frame.Length);
            part.GoInside(tunnels);
            parts.Add(part);
        }

        if (parts[^1].Packet.Rest != 0) parts[^1]._layers[0].Note($"more than {Number(FrameDecoder.MaxParts)} parts: the others are not read");
        return parts;
    }

    private DecodeStatus Link(LinkType linkType)
    {
        int end = _frame.Length;
        if (end == 0) return DecodeStatus.FrameEmpty;
        return linkType == LinkType.Ethernet ? EthernetFrame(0, end) : OtherLink(0, end, linkType);
    }

    private DecodeStatus EthernetFrame(int at, int end)
    {
        if (end - at < Ethernet.HeaderLength) return Cut("ethernet", at, end, Ethernet.HeaderLength);
        _state.Packet.LinkBroadcast = IsBroadcast(at);
        EthernetHeader(at);
        return EtherType(at + Ethernet.HeaderLength, end, U16(at + Ethernet.TypeOffset), 0);
    }

    private DecodeStatus InnerEthernet(int at, int end, int layers)
    {
        if (end - at < Ethernet.HeaderLength) return Cut("ethernet", at, end, Ethernet.HeaderLength);
        EthernetHeader(at);
        return EtherType(at + Ethernet.HeaderLength, end, U16(at + Ethernet.TypeOffset), layers);
    }

    private void EthernetHeader(int at)
    {
        WalkedLayer layer = Begin("ethernet", at, Ethernet.HeaderLength);
        layer.Add("destination", at, Mac(at));
        layer.Add("source", at + 6, Mac(at + 6));
        int type = U16(at + Ethernet.TypeOffset);
        layer.Add(type <= Ethernet.MaxLength ? "length" : "type", at + Ethernet.TypeOffset, type <= Ethernet.MaxLength ? Number(type) : EtherTypeNames.Text(type));
    }

    private DecodeStatus EtherType(int at, int end, int type, int layers)
    {
        for (bool tagged = false; ; tagged = true)
        {
            if (type == Ethernet.Ipv4) return Ipv4(at, end);
            if (type == Ethernet.Ipv6) return Ipv6(at, end);
            if (type is not (Ethernet.Vlan or Ethernet.ProviderBridge or Ethernet.QinQ or Ethernet.QinQ2))
                return type <= Ethernet.MaxLength ? Llc(at, end, layers) : Carrier(at, end, type, layers);
            if (layers++ == FrameDecoder.MaxLinkLayers) return TooDeep();
            if (end - at < Ethernet.TagLength) return Cut("vlan", at, end, Ethernet.TagLength);
            int control = U16(at);
            if (!tagged) _state.Packet.Vlan = (ushort)(control & 0xfff);
            type = U16(at + 2);
            WalkedLayer layer = Begin("vlan", at, Ethernet.TagLength);
            layer.Add("priority", at, Number(control >> 13));
            layer.Add("drop-eligible", at, Number((control >> 12) & 1));
            layer.Add("id", at, Number(control & 0xfff));
            layer.Add(type <= Ethernet.MaxLength ? "length" : "type", at + 2, type <= Ethernet.MaxLength ? Number(type) : EtherTypeNames.Text(type));
            at += Ethernet.TagLength;
        }
    }

    private DecodeStatus Llc(int at, int end, int layers = 0)
    {
        if (end - at < Ethernet.LlcLength) return Cut("llc", at, end, Ethernet.LlcLength);
        bool snap = _frame[at] == 0xaa && _frame[at + 1] == 0xaa;
        WalkedLayer layer = Begin("llc", at, Ethernet.LlcLength);
        layer.Add("dsap", at, Hex(_frame[at], 2));
        layer.Add("ssap", at + 1, Hex(_frame[at + 1], 2));
        layer.Add("control", at + 2, Hex(_frame[at + 2], 2));
        switch (_frame[at])
        {
            case 0x42: return Ends("stp", at + 3, end, DecodeStatus.Stp);
            case 0xfe: return Ends("is-is", at + 3, end, DecodeStatus.IsIs);
            case 0xe0 or 0xff: return Ends("ipx", at + 3, end, DecodeStatus.Ipx);
            case 0xf0: return Ends("netbeui", at + 3, end, DecodeStatus.NetBeui);
        }

        if (!snap) return DecodeStatus.LlcOther;
        if (end - at < Ethernet.SnapLength) return Cut("snap", at + 3, end, Ethernet.SnapLength - 3);
        int organisation = (_frame[at + 3] << 16) | U16(at + 4), type = U16(at + 6);
        layer = Begin("snap", at + 3, 5);
        layer.Add("organisation", at + 3, Hex((uint)organisation, 6));
        layer.Add("type", at + 6, EtherTypeNames.Text(type));
        at += Ethernet.SnapLength;
        if (organisation == 0x00000c) return type == Ethernet.CiscoCdp ? Ends("cdp", at, end, DecodeStatus.Cdp) : DecodeStatus.CiscoOther;
        if (organisation == 0x080007) return DecodeStatus.AppleTalk;
        if (organisation is not (0 or 0x0000f8)) return DecodeStatus.LlcOther;
        return type > Ethernet.MaxLength ? EtherType(at, end, type, layers) : DecodeStatus.LlcOther;
    }

    private WalkedLayer Begin(string name, int at, int length)
    {
        var layer = new WalkedLayer(name, at, length);
        _layers.Add(layer);
        return layer;
    }

    /// <summary>A header that is not there as far as it is needed.</summary>
    private DecodeStatus Cut(string name, int at, int end, int needed, DecodeStatus status = DecodeStatus.LinkHeaderCut)
    {
        int there = Math.Max(0, end - at);
        Begin(name, Math.Min(at, _frame.Length), there).Note(string.Create(CultureInfo.InvariantCulture, $"cut: {needed} bytes are needed, {there} are there"));
        return status;
    }

    /// <summary>The walk stops here: the rest is of a kind that is named and not looked into.</summary>
    private DecodeStatus Ends(string name, int at, int end, DecodeStatus status)
    {
        Begin(name, at, Math.Max(0, end - at)).Note("not looked into");
        return status;
    }

    private DecodeStatus TooDeep()
    {
        if (_layers.Count > 0)
            _layers[^1].Note(string.Create(CultureInfo.InvariantCulture, $"more than {FrameDecoder.MaxLinkLayers} tags, labels or carriers: not followed further"));
        return DecodeStatus.LinkNestingTooDeep;
    }

    private (State State, int Layers) Mark() => (_state, _layers.Count);

    private void Return((State State, int Layers) mark)
    {
        _state = mark.State;
        Forget(mark.Layers);
    }

    private void Forget(int layers) => _layers.RemoveRange(layers, _layers.Count - layers);

    /// <summary>Asks the decoder itself where the walk needs its judgement of what bytes look like.</summary>
    private unsafe bool IsPlausibleEthernet(int at, int end)
    {
        if (at >= end) return false;
        fixed (byte* frame = _frame) return FrameDecoder.IsPlausibleEthernet(frame + at, frame + end);
    }

    private bool IsBroadcast(int at) => !_frame.AsSpan(at, 6).ContainsAnyExcept((byte)0xff);

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_frame.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32BigEndian(_frame.AsSpan(at));

    private ushort U16Le(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_frame.AsSpan(at));

    private uint U32Le(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_frame.AsSpan(at));

    private string Mac(int at) => string.Join(':', _frame.AsSpan(at, 6).ToArray().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hex(uint value, int digits) => "0x" + value.ToString("x" + Number(digits), CultureInfo.InvariantCulture);

    /// <summary>What going back from a guess restores.</summary>
    private struct State
    {
        public PacketSummary Packet;
        public int Addresses, Payload, IpLayer;
    }
}
