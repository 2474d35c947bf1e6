using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>Goes through runs of frames and puts the first ones of each flow into the store. In blocks, so that the memory they need is fetched meanwhile.</summary>
internal sealed unsafe class FrameTaker(FlowHashes hashes, FirstFrames store)
{
    private const int Block = 32;
    private const byte Tcp = 6, Syn = 2, Ack = 16;

    private readonly PacketSummary[] _packets = new PacketSummary[Block];
    private readonly ulong[] _flows = new ulong[Block], _quoted = new ulong[Block];

    public void Take(FrameBatch batch, int start, int count, long firstNumber)
    {
        ReadOnlySpan<FrameDescriptor> frames = batch.Frames.Slice(start, count);
        for (int done = 0; done < frames.Length; done += Block)
        {
            ReadOnlySpan<FrameDescriptor> block = frames.Slice(done, Math.Min(Block, frames.Length - done));
            for (int i = 0; i < block.Length; i++)
            {
                ref readonly FrameDescriptor frame = ref block[i];
                DecodeStatus status = hashes.Decode(batch.Buffer + frame.Offset, in frame, out _packets[i]);
                _flows[i] = hashes.Of(status, in _packets[i], frame.TimestampNs, out _quoted[i]);
                if (_flows[i] != 0) store.Prefetch(_flows[i]);
            }

            for (int i = 0; i < block.Length; i++)
            {
                ref readonly FrameDescriptor frame = ref block[i];
                byte* bytes = batch.Buffer + frame.Offset;
                long number = firstNumber + done + i;
                if (_flows[i] != 0) Take(_flows[i], in _packets[i], number, bytes, in frame);
                if (_quoted[i] != 0) Take(_quoted[i], in _packets[i], number, bytes, in frame);
                if (_packets[i].Rest != 0) TakeParts(number, bytes, in frame);
            }
        }
    }

    private void Take(ulong flow, in PacketSummary packet, long number, byte* bytes, in FrameDescriptor frame)
    {
        bool begins = packet.Protocol == Tcp && (packet.TcpFlags & (Syn | Ack)) == Syn;
        if (!store.IsFirst(flow, frame.TimestampNs, begins, out bool isNew)) return;
        if (isNew && store.IsPressed(frame.TimestampNs) && !store.Like.Admits(hashes.LikenessOf(in packet), FirstFrames.SecondOf(frame.TimestampNs)))
        {
            store.Decline(flow);
            return;
        }

        store.Add(flow, number, bytes, in frame);
    }

    /// <summary>The packets of an aggregate behind its first.</summary>
    private void TakeParts(long number, byte* bytes, in FrameDescriptor frame)
    {
        var parts = new FrameParts(bytes, frame.CapturedLength, frame.LinkType, hashes.Tunnels);
        for (parts.Next(); parts.Next();)
        {
            PacketSummary packet = parts.Packet;
            ulong flow = hashes.Of(parts.Status, in packet, frame.TimestampNs, out _);
            if (flow != 0) Take(flow, in packet, number, bytes, in frame);
        }
    }
}
