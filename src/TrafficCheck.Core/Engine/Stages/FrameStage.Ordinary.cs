using System.Numerics;
using System.Runtime.CompilerServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <content>Ordinary frames: what is counted of them, their time, and the copies among them.</content>
internal sealed unsafe partial class FrameStage
{
    /// <summary>Counts the ordinary frames, and verifies the checksums of their transports.</summary>
    private void CheckOrdinary()
    {
        ulong ordinary = _ordinary.All, whole = _ordinary.Whole, v6 = _ordinary.V6;
        int count = BitOperations.PopCount(ordinary);
        OrdinaryFramesRead += count;
        _statuses[(int)DecodeStatus.Decoded] += count;
        PacketsCut += count - BitOperations.PopCount(whole);
        int offloaded = BitOperations.PopCount(_ordinary.Offloaded & ~whole);
        for (; whole != 0; whole &= whole - 1)
        {
            int i = BitOperations.TrailingZeroCount(whole);
            OrdinaryFrames.Frame* about = _ordinaryFrames.Frames + i;
            byte* at = about->Transport;
            byte protocol = about->Head->MayPredateCapture != 0 ? Ip.Tcp : Ip.Udp;
            int length = (int)(about->Head->Payload + about->Head->PayloadLength - at);
            ChecksumFaults faults = (v6 >> i & 1) == 0
                ? Checksums.CheckTransport(at - 8, v4: true, protocol, at, length)
                : Checksums.CheckTransport(at - 32, v4: false, protocol, at, length);
            faults |= (ChecksumFaults)((_ordinary.Offloaded >> i & 1) * (ulong)ChecksumFaults.Offloaded);
            if (faults == ChecksumFaults.Offloaded) offloaded++;
            else if (faults != ChecksumFaults.None) CountFaults(faults, protocol);
        }

        BadChecksums.Offloaded += offloaded;
        for (ulong large = _ordinary.Large; large != 0; large &= large - 1)
            Large.Count(_ordinaryFrames.Frames[BitOperations.TrailingZeroCount(large)].Head->Bytes);
    }

    /// <summary>A block whose packets are all ordinary, and in the batch already: all that they lack is written here. Its other frames hold nothing for flows.</summary>
    private void AccountOrdinary(FrameBatch batch, ReadOnlySpan<FrameDescriptor> block)
    {
        ulong ordinary = _ordinary.All, copies = 0, bit = 1;
        OrdinaryFrames.Frame* about = _ordinaryFrames.Frames;
        CopyFilter? filter = _copies;
        for (int i = 0; i < block.Length; i++, bit <<= 1, about++)
        {
            ref readonly FrameDescriptor frame = ref block[i];
            if (frame.Interface != _interface) EnterInterface(in frame);
            long now = ReadClock(in frame);
            if ((ordinary & bit) == 0)
            {
                AccountOther(batch, in frame, i, now);
                continue;
            }

            Stamp(about->Head, now, i);
            if (filter is not null && filter.IsCopy(about->CopyHash, now, about->Trait)) copies |= bit;
        }

        if (copies != 0)
        {
            LeaveOut(copies);
            return;
        }

        _packets.V4Count += BitOperations.PopCount(_ordinary.V4);
        _packets.V6Count += BitOperations.PopCount(_ordinary.V6);
    }

    /// <summary>Writes what is known of a packet by its frame.</summary>
    /// <param name="frame">Place of the frame in its block.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Stamp(PacketHead* head, long now, int frame)
    {
        head->TimestampNs = now;
        head->Frame = (int)(_before - _packets.BaseFrame) + frame + 1;
        head->Interface = (ushort)_interface;
        head->Place = (ushort)_place++;
        head->IsTimeInDoubt = _clock.IsBorneOut ? (byte)0 : (byte)1;
        long early = head->MayPredateCapture != 0 ? _tcpEarlyUntilNs : _udpEarlyUntilNs;
        head->MayPredateCapture = now <= early ? (byte)1 : (byte)0;
    }

    /// <summary>Closes the ranks of the packets of a block.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LeaveOut(ulong copies)
    {
        int v4From = _packets.V4Count, v6From = _packets.V6Count;
        for (ulong left = _ordinary.V4; left != 0; left &= left - 1, v4From++)
        {
            if ((copies & left & (0UL - left)) == 0) _packets.V4[_packets.V4Count++] = _packets.V4[v4From];
        }

        for (ulong left = _ordinary.V6; left != 0; left &= left - 1, v6From++)
        {
            if ((copies & left & (0UL - left)) == 0) _packets.V6[_packets.V6Count++] = _packets.V6[v6From];
        }
    }
}
