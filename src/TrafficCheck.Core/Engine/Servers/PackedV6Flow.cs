using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>An ended IPv6 flow as most are: what <see cref="PackedFlow"/> is for IPv4. 104 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PackedV6Flow
{
    private long _firstNs, _lastNs, _firstFrame;
    private FlowSpeech _speech;
    private ulong _lowUpper, _lowLower, _highUpper, _highLower;
    private uint _lowPackets, _highPackets, _lowBytes, _highBytes, _marks, _missing;
    private ushort _lowPort, _highPort, _vlan, _interface;
    private byte _protocol;

    /// <returns>False when the flow does not fit.</returns>
    public static bool TryPack(in FlowSummary flow, out PackedV6Flow packed)
    {
        packed = default;
        FlowEndpoints ends = flow.Ends;
        long counts = flow.LowPackets | flow.HighPackets | flow.LowBytes | flow.HighBytes;
        if ((flow.Speech.Note | flow.Note.Name | flow.Note.Control | flow.Note.Parent) != 0) return false;
        if (ends.LowAddress.IsV4 || flow.Tunnel.Depth != 0 || (counts & ~(long)uint.MaxValue) != 0) return false;
        packed = new()
        {
            _firstNs = flow.FirstNs,
            _lastNs = flow.LastNs,
            _firstFrame = flow.FirstFrame,
            _speech = flow.Speech,
            _lowUpper = (ulong)(ends.LowAddress.Value >> 64),
            _lowLower = (ulong)ends.LowAddress.Value,
            _highUpper = (ulong)(ends.HighAddress.Value >> 64),
            _highLower = (ulong)ends.HighAddress.Value,
            _lowPackets = (uint)flow.LowPackets,
            _highPackets = (uint)flow.HighPackets,
            _lowBytes = (uint)flow.LowBytes,
            _highBytes = (uint)flow.HighBytes,
            _marks = flow.Marks,
            _missing = flow.MissingBytes,
            _lowPort = ends.LowPort,
            _highPort = ends.HighPort,
            _vlan = flow.Vlan,
            _interface = flow.Interface,
            _protocol = flow.Protocol,
        };
        return true;
    }

    public readonly FlowSummary Unpack() => new()
    {
        Protocol = _protocol,
        Ends = new(IpAddress.V6(_lowUpper, _lowLower), _lowPort, IpAddress.V6(_highUpper, _highLower), _highPort),
        FirstNs = _firstNs,
        LastNs = _lastNs,
        LowPackets = _lowPackets,
        HighPackets = _highPackets,
        LowBytes = _lowBytes,
        HighBytes = _highBytes,
        Marks = _marks,
        FirstFrame = _firstFrame,
        Vlan = _vlan,
        Interface = _interface,
        MissingBytes = _missing,
        Speech = _speech,
    };
}
