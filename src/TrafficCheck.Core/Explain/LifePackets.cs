using System.Buffers.Binary;
using System.Globalization;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Numbers of the first frames that showed something from one end of a flow; 0 for never.</summary>
internal sealed class SidePackets
{
    public long First, Syn, SynAck, Ack, Data, Fin, Rst, Gap;

    /// <summary>Bytes that the first gap skipped.</summary>
    public uint GapBytes;

    private uint _next;

    public unsafe void Add(in SeenPacket seen)
    {
        const int FinFlag = 1, SynFlag = 2, RstFlag = 4;
        PacketSummary packet = seen.Packet;
        Note(ref First, seen.Frame);
        if (packet.Protocol == Ip.Tcp)
        {
            uint marks = FlowMarks.OfTcp((byte)(packet.TcpFlags & 0x3f), packet.CarriesData);
            if ((marks & FlowMarks.Syn) != 0) Note(ref Syn, seen.Frame);
            if ((marks & FlowMarks.SynAck) != 0) Note(ref SynAck, seen.Frame);
            if ((marks & FlowMarks.Ack) != 0) Note(ref Ack, seen.Frame);
            if ((marks & FlowMarks.Fin) != 0) Note(ref Fin, seen.Frame);
            if ((marks & FlowMarks.Rst) != 0) Note(ref Rst, seen.Frame);
        }
        else if (packet.Protocol is Ip.Icmp or Ip.Icmpv6)
        {
            if (IcmpMessage.IsRequest(packet.Version, packet.IcmpType)) Note(ref Syn, seen.Frame);
            if (IcmpMessage.IsReply(packet.Version, packet.IcmpType)) Note(ref SynAck, seen.Frame);
        }

        if (packet.CarriesData) Note(ref Data, seen.Frame);
        if (packet.Protocol != Ip.Tcp || packet.IsFragment || (packet.TcpFlags & RstFlag) != 0 || (packet.Oddities & (Oddities.TcpFlagsMissing | Oddities.TcpDataOffsetInvalid)) != 0) return;

        // SAFETY: the flags, which lie behind the sequence number, were captured.
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(packet.Addresses + packet.TransportOffset + 4, 4));
        uint length = packet.DataLength + (uint)((packet.TcpFlags & FinFlag) + ((packet.TcpFlags & SynFlag) >> 1));
        if (length > 0) Sequence(seen.Frame, sequence, length, (packet.TcpFlags & SynFlag) != 0);
    }

    /// <summary>The rule of the flow table for what is missing, for the first gap alone.</summary>
    private void Sequence(long frame, uint sequence, uint length, bool begins)
    {
        const int Plausible = 1 << 26;
        uint end = sequence + length;
        int ahead = (int)(sequence - _next);
        if (_next != 0 && !begins && ahead is > 0 and < Plausible && Gap == 0) (Gap, GapBytes) = (frame, (uint)ahead);
        if (_next == 0 || begins || ahead is >= Plausible or <= -Plausible || (int)(end - _next) > 0) _next = end;
    }

    private static void Note(ref long first, long frame)
    {
        if (first == 0) first = frame;
    }
}

/// <summary>What the packets of one life of a flow are the first to show.</summary>
internal sealed class LifePackets
{
    private long _earliestNs = long.MaxValue;

    public SidePackets Low { get; } = new();

    public SidePackets High { get; } = new();

    /// <summary>The packet with the smallest time.</summary>
    public long EarliestFrame { get; private set; }

    public long LastFrame { get; private set; }

    public long Copies { get; private set; }

    public long FirstCopy { get; private set; }

    public long Errors { get; private set; }

    public long FirstError { get; private set; }

    /// <summary>What the first error says: <c>type 3 unreachable, code 1</c>.</summary>
    public string ErrorText { get; private set; } = "";

    public long FirstCut { get; private set; }

    public long FirstFragment { get; private set; }

    public SidePackets Of(bool high) => high ? High : Low;

    public void Add(in SeenPacket seen)
    {
        Of(seen.FromHigh).Add(in seen);
        LastFrame = seen.Frame;
        if (seen.TimestampNs < _earliestNs) (_earliestNs, EarliestFrame) = (seen.TimestampNs, seen.Frame);
        if (FirstCut == 0 && (seen.Packet.Oddities & Oddities.PacketCut) != 0) FirstCut = seen.Frame;
        if (FirstFragment == 0 && seen.Packet.IsFragment) FirstFragment = seen.Frame;
    }

    public void AddCopy(long frame)
    {
        if (Copies++ == 0) FirstCopy = frame;
    }

    public void AddError(in SeenPacket seen)
    {
        if (Errors++ > 0) return;
        FirstError = seen.Frame;
        ErrorText = string.Create(CultureInfo.InvariantCulture, $"type {IcmpTypeNames.Text(seen.Packet.Version == 4, seen.Packet.IcmpType)}, code {seen.Packet.IcmpCode}");
    }
}
