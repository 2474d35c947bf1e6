using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>
/// The flows of one address family that control connections announced, and the recognition of each when it opens. Flows of the other family are kept
/// apart, because the two are not read in one order.
/// </summary>
internal sealed class AnnouncedFlows(FlowNotes notes, bool isV4)
{
    private const int LowestMediaPort = 1024;

    /// <summary>One bit for each port of TCP and of UDP that was ever announced: most flows are told from announced ones without a search.</summary>
    private readonly ulong[] _ports = new ulong[2048];

    private ExpectationTable? _table;

    /// <summary>What connections of this family announced for the other one.</summary>
    public OtherFamilyMedia OtherFamily { get; private set; } = new();

    /// <summary>Announcements that were not believed: low ports for media, or another family than that of the connection, but for media.</summary>
    public long Refused { get; private set; }

    public ExpectationTable? Table => _table;

    public bool Any => _table is { Count: > 0 };

    /// <summary>What is asked of announcements when flows have ended; nothing is announced to it, and no flow opens.</summary>
    public AnnouncedFlows Fork()
    {
        var fork = (AnnouncedFlows)MemberwiseClone();
        fork.OtherFamily = OtherFamily.Fork();
        fork._table = null;
        return fork;
    }

    /// <summary>Connections that announced what is still waited for.</summary>
    public IEnumerable<uint> Controls => (_table?.All ?? []).Select(e => e.Control).Concat(OtherFamily.Controls);

    /// <summary>Forgets ports that nothing is announced for any more, and announcements for the other family that expired before a time.</summary>
    public void Forget(long expiredBeforeNs)
    {
        OtherFamily.Forget(expiredBeforeNs);
        Array.Clear(_ports);
        foreach (Expectation expectation in _table?.All ?? []) _ports[Word(expectation.Transport, expectation.ResponderPort)] |= 1UL << (expectation.ResponderPort & 63);
    }

    public void Expect(ReadOnlySpan<Expectation> found, uint control, long timeNs)
    {
        foreach (Expectation expectation in found)
        {
            bool media = expectation.Kind is ExpectationKind.SipRtp or ExpectationKind.SipRtcp or ExpectationKind.SipMedia;
            bool isOther = expectation.ResponderAddress.IsV4 != isV4;
            if ((isOther && !media) || (media && expectation.ResponderPort < LowestMediaPort))
            {
                Refused++;
                continue;
            }

            if (isOther)
            {
                OtherFamily.Add(in expectation, control, timeNs);
                continue;
            }

            _table ??= new ExpectationTable();
            _table.Expect(expectation with { Control = control }, timeNs);
            _ports[Word(expectation.Transport, expectation.ResponderPort)] |= 1UL << (expectation.ResponderPort & 63);
        }
    }

    /// <summary>Notes at a flow that opens with this packet what announced it, if anything did.</summary>
    /// <param name="isEnd">Whether an address is an end of the control connection with that number.</param>
    public void Open(in FlowPayload packet, ref FlowSpeech speech, Func<uint, IpAddress, bool> isEnd)
    {
        if (_table is null || packet.Protocol is not (Ip.Tcp or Ip.Udp) || !(Has(packet.Protocol, packet.SourcePort) || Has(packet.Protocol, packet.DestinationPort))) return;

        // A SYN says who opens the flow, a SYN-ACK that the other one did; without either both may have.
        uint sender = packet.Marks >> (packet.FromHigh ? FlowMarks.SideBits : 0);
        bool mayBeSender = (sender & FlowMarks.SynAck) == 0, mayBeReceiver = (sender & FlowMarks.Syn) == 0;
        if (mayBeSender && TryMatch(in packet, packet.FromHigh, out Expectation expected)) Note(in packet, in expected, packet.FromHigh, ref speech, isEnd);
        else if (mayBeReceiver && TryMatch(in packet, !packet.FromHigh, out expected)) Note(in packet, in expected, !packet.FromHigh, ref speech, isEnd);
    }

    private bool TryMatch(in FlowPayload packet, bool initiatorIsHigh, out Expectation expectation)
    {
        FlowEndpoints ends = packet.Ends;
        return _table!.TryMatch(
            packet.Protocol, ends.Address(initiatorIsHigh), ends.Port(initiatorIsHigh), ends.Address(!initiatorIsHigh), ends.Port(!initiatorIsHigh), packet.TimestampNs,
            out expectation);
    }

    private void Note(in FlowPayload packet, in Expectation expected, bool initiatorIsHigh, ref FlowSpeech speech, Func<uint, IpAddress, bool> isEnd)
    {
        ref FlowNote note = ref notes.Of(ref speech);
        note.Parent = expected.Control;
        note.Announcement = (byte)RelatedByExtensions.Of(expected.Kind);
        note.AnnouncedFrame = expected.Frame;
        note.IsGuess = expected.OtherAddress;
        if (expected.InitiatorAddress is not null) note.Initiator = initiatorIsHigh ? (byte)2 : (byte)1;
        else note.IsGuess = !isEnd(expected.Control, packet.Ends.LowAddress) || !isEnd(expected.Control, packet.Ends.HighAddress);
    }

    private bool Has(byte transport, ushort port) => (_ports[Word(transport, port)] & (1UL << (port & 63))) != 0;

    private static int Word(byte transport, ushort port) => (port >> 6) + (transport == Ip.Udp ? 1024 : 0);
}
