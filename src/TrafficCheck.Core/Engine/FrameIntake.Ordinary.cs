using System.Numerics;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <content>Ordinary frames: what is counted of them, and their way to the flow tables.</content>
internal sealed unsafe partial class FrameIntake<TSink>
    where TSink : struct, IFlowSink
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
            byte* at = _ordinaryFrames.Frames[i].Transport;
            byte protocol;
            ChecksumFaults faults;
            if ((v6 >> i & 1) == 0)
            {
                FlowPacket<Ipv4Key>* packet = _ordinaryFrames.V4 + i;
                protocol = packet->Key.Protocol;
                faults = Checksums.CheckTransport(at - 8, v4: true, protocol, at, packet->Payload + packet->PayloadLength - at);
            }
            else
            {
                FlowPacket<Ipv6Key>* packet = _ordinaryFrames.V6 + i;
                protocol = packet->Key.Protocol;
                faults = Checksums.CheckTransport(at - 32, v4: false, protocol, at, packet->Payload + packet->PayloadLength - at);
            }

            faults |= (ChecksumFaults)((_ordinary.Offloaded >> i & 1) * (ulong)ChecksumFaults.Offloaded);
            if (faults == ChecksumFaults.Offloaded) offloaded++;
            else if (faults != ChecksumFaults.None) CountFaults(faults, protocol);
        }

        BadChecksums.Offloaded += offloaded;
        for (ulong large = _ordinary.Large; large != 0; large &= large - 1)
        {
            int i = BitOperations.TrailingZeroCount(large);
            Large.Count((uint)((v6 >> i & 1) == 0 ? _ordinaryFrames.V4[i].Bytes : _ordinaryFrames.V6[i].Bytes));
        }
    }

    private void HandOnOrdinary(ulong admitted)
    {
        OrdinaryFrames.Frame* plain = _ordinaryFrames.Frames;
        var at = (ushort)_interface;
        FlowPacket<Ipv4Key>* v4 = _ordinaryFrames.V4;
        long tcpEarly = _tcpEarlyUntilNs, udpEarly = _udpEarlyUntilNs, before = _before + 1;
        for (ulong left = admitted & _ordinary.V4; left != 0; left &= left - 1)
        {
            int i = BitOperations.TrailingZeroCount(left);
            FlowPacket<Ipv4Key>* entry = _v4.Next();
            long time = plain[i].TimestampNs;
            *entry = v4[i];
            entry->TimestampNs = time;
            entry->Frame = before + i;
            entry->Interface = at;
            entry->MayPredateCapture = time <= (v4[i].Key.Protocol == Ip.Tcp ? tcpEarly : udpEarly);
            if (_v4.Commit()) _v4.Advance(ref _sink);
        }

        FlowPacket<Ipv6Key>* v6 = _ordinaryFrames.V6;
        for (ulong left = admitted & _ordinary.V6; left != 0; left &= left - 1)
        {
            int i = BitOperations.TrailingZeroCount(left);
            FlowPacket<Ipv6Key>* entry = _v6.Next();
            long time = plain[i].TimestampNs;
            *entry = v6[i];
            entry->TimestampNs = time;
            entry->Frame = before + i;
            entry->Interface = at;
            entry->MayPredateCapture = time <= (v6[i].Key.Protocol == Ip.Tcp ? tcpEarly : udpEarly);
            if (_v6.Commit()) _v6.Advance(ref _sink);
        }
    }
}
