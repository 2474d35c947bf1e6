using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>Of an ended flow in no tunnel, without a note and with counts that fit into 32 bits, all but the addresses. 72 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PackedFacts
{
    private long _firstNs, _lastNs, _firstFrame;
    private FlowSpeech _speech;
    private uint _lowPackets, _highPackets, _lowBytes, _highBytes, _marks, _missing;
    private ushort _lowPort, _highPort, _vlan, _interface;
    private byte _protocol;

    /// <returns>False when the flow does not fit.</returns>
    public static bool TryPack(in FlowSummary flow, out PackedFacts packed)
    {
        packed = default;
        long counts = flow.LowPackets | flow.HighPackets | flow.LowBytes | flow.HighBytes;
        if ((flow.Speech.Note | flow.Note.Name | flow.Note.Control | flow.Note.Parent) != 0) return false;
        if (flow.Tunnel.Depth != 0 || (counts & ~(long)uint.MaxValue) != 0) return false;
        packed = new()
        {
            _firstNs = flow.FirstNs,
            _lastNs = flow.LastNs,
            _firstFrame = flow.FirstFrame,
            _speech = flow.Speech,
            _lowPackets = (uint)flow.LowPackets,
            _highPackets = (uint)flow.HighPackets,
            _lowBytes = (uint)flow.LowBytes,
            _highBytes = (uint)flow.HighBytes,
            _marks = flow.Marks,
            _missing = flow.MissingBytes,
            _lowPort = flow.Ends.LowPort,
            _highPort = flow.Ends.HighPort,
            _vlan = flow.Vlan,
            _interface = flow.Interface,
            _protocol = flow.Protocol,
        };
        return true;
    }

    public readonly FlowSummary Unpack(IpAddress low, IpAddress high) => new()
    {
        Protocol = _protocol,
        Ends = new(low, _lowPort, high, _highPort),
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
