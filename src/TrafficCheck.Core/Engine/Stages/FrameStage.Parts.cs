using System.Runtime.CompilerServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <content>
/// Frames of several packets (802.11 A-MSDU). The frame has the status of its first part; the others have counters of their own, so that frames
/// stay frames, and their packets go to flows like any.
/// </content>
internal sealed unsafe partial class FrameStage
{
    private readonly long[] _partStatuses = new long[(int)DecodeStatus.Count];
    private readonly List<PartFate> _partFates;

    /// <summary>Parts beyond the first of their frame, by how their decoding ended.</summary>
    public ReadOnlySpan<long> PartStatuses => _partStatuses;

    /// <summary>What became of the parts of the last aggregate, the first included; of errors in them once they were taken, see <see cref="FlowStage{TSink}.PartFates"/>.</summary>
    public IReadOnlyList<PartFate> PartFates => _partFates;

    /// <summary>Takes all parts of an aggregate, one after the other, in the place that its first has in the block.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeParts(FrameBatch batch, in FrameDescriptor frame, int place)
    {
        if (frame.WireLength < (uint)frame.CapturedLength) Oddities.Count(Wire.Oddities.CapturedBeyondWire);
        _partFates.Clear();
        TakePart(batch, place);
        BlockFrame* part = _block + place;
        PacketSummary* packet = &part->Packet;
        byte* end = batch.Buffer + frame.Offset + frame.CapturedLength;
        for (int parts = 1; packet->Rest != 0; parts++)
        {
            if (parts == FrameDecoder.MaxParts)
            {
                Oddities.Count(Wire.Oddities.AggregateReadInPart);
                break;
            }

            byte* at = end - packet->Rest;
            *packet = default;
            DecodeStatus status = FrameDecoder.DecodePart(at, end, ref *packet);
            if (packet->Protocol != Ip.Tcp && TunnelDecoder.MayCarry(in *packet, _tunnelPorts)) status = Unwrap(status, ref *packet, in frame);
            part->Status = status;
            _partStatuses[(int)status]++;

            // That the frame is an aggregate was counted with its first part.
            Oddities oddities = packet->Oddities & ~Wire.Oddities.Aggregate;
            if (oddities == Wire.Oddities.PacketCut) PacketsCut++;
            else Oddities.Count(oddities);
            if (status <= DecodeStatus.LaterFragment)
            {
                CountFaults(Checksums.Check(in *packet), packet->Protocol);
                if (_copies is not null) part->CopyHash = _copies.Prepare(in *packet);
            }

            TakePart(batch, place);
        }

        // A snap length that cuts between two parts leaves nothing else to see.
        bool whole = (packet->Oddities & Wire.Oddities.AggregateReadInPart) == 0 && packet->Rest == 0;
        if (whole && frame.WireLength > (uint)frame.CapturedLength) Oddities.Count(Wire.Oddities.AggregateReadInPart);
    }

    private void TakePart(FrameBatch batch, int place)
    {
        BlockFrame* part = _block + place;
        PartFate fate = PartFate.None;
        if (part->Status <= DecodeStatus.LaterFragment)
        {
            if (part->Packet.IpLength > LargePackets.Ordinary) Large.Count(part->Packet.IpLength);
            if (_copies is not null && IsCopy(part, 0))
            {
                fate = PartFate.Copy;
            }
            else
            {
                long waiting = _fragments.Waiting;
                HandOn(batch, part, _partFates.Count);
                if (_fragments.Waiting > waiting) fate = PartFate.Waits;
            }
        }

        _partFates.Add(fate);
    }
}
