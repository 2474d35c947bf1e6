using System.Runtime.CompilerServices;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Whose payloads are of use: those of all flows, or only of flows whose direction no SYN tells and of control connections.</summary>
/// <param name="everywhere">A row asks what is spoken, or a list shows it.</param>
/// <param name="controlPorts">Where flows are read although nobody asks what they speak; null for nowhere.</param>
internal readonly struct SpeechDemand(bool everywhere, ControlPorts? controlPorts)
{
    /// <summary>From the bit of a SYN to <see cref="FlowMarks.SpeechKnown"/>.</summary>
    private const int SynToSpeech = 18;

    private readonly uint _notAsked = everywhere ? 0 : FlowMarks.SpeechKnown;

    /// <param name="marks">Of the packet, for the sending side.</param>
    /// <returns><see cref="FlowMarks.SpeechKnown"/> when the packet begins a flow whose payloads nobody needs, else 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint NotAsked(uint marks, byte protocol, ushort sourcePort, ushort destinationPort)
    {
        uint notAsked = _notAsked & (marks << SynToSpeech);
        return notAsked != 0 && controlPorts is not null && protocol == Ip.Tcp && controlPorts.IsOfUse(sourcePort, destinationPort) ? 0 : notAsked;
    }
}
