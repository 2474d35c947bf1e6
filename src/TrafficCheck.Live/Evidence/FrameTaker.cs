using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>Goes through runs of frames and puts the first ones of each flow into the store. In blocks, so that the memory they need is fetched meanwhile.</summary>
internal sealed unsafe class FrameTaker(FlowHashes hashes, FirstFrames store)
{
    private const int Block = 32;
    private const byte Tcp = 6, Syn = 2, Ack = 16;

    /// <summary>Frames whose first bytes are fetched before they are read.</summary>
    private const int Ahead = 6;

    /// <summary>Of a block: flows, those that errors quote, TCP flags, and what had to be decoded.</summary>
    private readonly ulong[] _flows = new ulong[Block], _quoted = new ulong[Block];
    private readonly byte[] _flags = new byte[Block];
    private readonly ushort[] _rests = new ushort[Block];

    public void Take(FrameBatch batch, int start, int count, long firstNumber)
    {
        ReadOnlySpan<FrameDescriptor> frames = batch.Frames.Slice(start, count);
        for (int done = 0; done < frames.Length; done += Block)
        {
            ReadOnlySpan<FrameDescriptor> block = frames.Slice(done, Math.Min(Block, frames.Length - done));
            for (int i = 0; i < block.Length; i++)
            {
                ref readonly FrameDescriptor frame = ref block[i];
                if (Sse.IsSupported && done + i + Ahead < frames.Length) Sse.Prefetch0(batch.Buffer + frames[done + i + Ahead].Offset);
                ulong flow = hashes.OfOrdinary(batch.Buffer + frame.Offset, in frame, out _flags[i]);
                (_quoted[i], _rests[i]) = (0, 0);
                if (flow == 0) flow = Decode(batch.Buffer + frame.Offset, in frame, i);
                _flows[i] = flow;
                if (flow != 0) store.Prefetch(flow);
            }

            for (int i = 0; i < block.Length; i++)
            {
                ref readonly FrameDescriptor frame = ref block[i];
                byte* bytes = batch.Buffer + frame.Offset;
                long number = firstNumber + done + i;
                if (_flows[i] != 0) Take(_flows[i], _flags[i], number, bytes, in frame);
                if (_quoted[i] != 0) Take(_quoted[i], 0, number, bytes, in frame);
                if (_rests[i] != 0) TakeParts(number, bytes, in frame);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong Decode(byte* bytes, in FrameDescriptor frame, int place)
    {
        DecodeStatus status = hashes.Decode(bytes, in frame, out PacketSummary packet);
        ulong flow = hashes.Of(status, in packet, frame.TimestampNs, out _quoted[place]);
        _flags[place] = packet.Protocol == Tcp ? packet.TcpFlags : (byte)0;
        _rests[place] = packet.Rest;
        return flow;
    }

    private void Take(ulong flow, byte tcpFlags, long number, byte* bytes, in FrameDescriptor frame)
    {
        if (!store.IsFirst(flow, frame.TimestampNs, (tcpFlags & (Syn | Ack)) == Syn, out bool isNew)) return;
        if (isNew && store.IsPressed(frame.TimestampNs) && IsOneOfMany(bytes, in frame)) store.Decline(flow);
        else store.Add(flow, number, bytes, in frame);
    }

    private bool IsOneOfMany(byte* bytes, in FrameDescriptor frame) =>
        hashes.Decode(bytes, in frame, out PacketSummary packet) <= DecodeStatus.LaterFragment
        && !store.Like.Admits(hashes.LikenessOf(in packet), FirstFrames.SecondOf(frame.TimestampNs));

    /// <summary>The packets of an aggregate behind its first.</summary>
    private void TakeParts(long number, byte* bytes, in FrameDescriptor frame)
    {
        var parts = new FrameParts(bytes, frame.CapturedLength, frame.LinkType, hashes.Tunnels);
        for (parts.Next(); parts.Next();)
        {
            PacketSummary packet = parts.Packet;
            ulong flow = hashes.Of(parts.Status, in packet, frame.TimestampNs, out _);
            if (flow != 0) Take(flow, packet.Protocol == Tcp ? packet.TcpFlags : (byte)0, number, bytes, in frame);
        }
    }
}
