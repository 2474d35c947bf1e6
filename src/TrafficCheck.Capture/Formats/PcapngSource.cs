using TrafficCheck.Capture.Feeds;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>
/// pcapng (draft-ietf-opsawg-pcapng): sections of either byte order one behind the other, each with its own interfaces. This file is the
/// walk over packet blocks; <see cref="PcapngSection"/> knows the blocks that describe them.
/// </summary>
internal sealed unsafe class PcapngSource : BlockFrameSource
{
    public const string Word = "pcapng";

    /// <summary>
    /// Largest block that is taken into memory whole: a frame of the largest size and a generous share of options. Larger blocks are
    /// passed over without being held.
    /// </summary>
    public const int MaxHeldBlock = 2 * FrameLimits.MaxCaptured;

    /// <summary>Bytes of a larger section or interface block that are looked at.</summary>
    private const int OversizedHead = 4096;

    private const int SmallestBlock = 12;
    private const int PacketHeader = 28;
    private const int SimpleHeader = 12;
    private const int TrailerLength = 4;

    private readonly PcapngSection _section;
    private bool _bigEndian;
    private bool _otherOrder;
    private bool _stopped;
    private long _previousNs;

    public PcapngSource(SourceOrigin origin, ByteFeed feed, ProblemLog problems)
        : base(origin, feed, Word, problems, 0) => _section = new PcapngSection(origin, problems, LinkTypes);

    public override bool AddsInterfaces => true;

    protected override long? DroppedFrames => _section.DroppedFrames;

    public static bool Matches(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0x0a, 0x0d, 0x0d, 0x0a]);

    protected override int Walk(FrameBatch batch, int length)
    {
        byte* at = batch.Buffer;
        byte* end = at + length;
        do
        {
            _otherOrder = false;
            at = _bigEndian ? Walk<BigEndian>(batch, at, end) : Walk<LittleEndian>(batch, at, end);
            if (_otherOrder) _bigEndian = !_bigEndian;
        }
        while (_otherOrder);
        return (int)(at - batch.Buffer);
    }

    protected override void ReportCut(ReadOnlySpan<byte> rest)
    {
        string missing = "";
        if (rest.Length >= SmallestBlock)
        {
            fixed (byte* at = rest)
            {
                // SAFETY: rest holds at least the twelve bytes of the smallest block.
                uint total = _bigEndian ? BigEndian.U32(at + 4) : LittleEndian.U32(at + 4);
                missing = $" It says it is {Text(total)} bytes long.";
            }
        }

        Problems.Damage(
            ProblemCodes.TruncatedBlock,
            BlockOffset,
            $"The file ends inside a block, behind frame {Text(Frames)}: {Text(rest.Length)} bytes of it are there, and it was left out.{missing} The file was cut, or is still being written.");
    }

    protected override void ReportCutSkip(long missing) => Problems.Damage(
        ProblemCodes.TruncatedBlock,
        BlockOffset,
        $"The file ends inside a block, behind frame {Text(Frames)}: {Text(missing)} bytes that the block claims are not there. The file was cut, or the length of the block is damaged.");

    /// <returns>The first byte not used.</returns>
    private byte* Walk<TOrder>(FrameBatch batch, byte* at, byte* end)
        where TOrder : struct, IByteOrder
    {
        // SAFETY: a block is touched only after its twelve smallest bytes, and then its total length, were found to end at or before
        // end, which lies inside the batch's block; fields of a packet block lie inside the length that was checked for its type.
        while (!_stopped)
        {
            long left = end - at;
            if (left < SmallestBlock)
            {
                Needed = SmallestBlock;
                return at;
            }

            uint type = TOrder.U32(at);
            if (type == PcapngBlock.SectionHeader && !KnowsOrder<TOrder>(batch, at)) return at;
            uint total = TOrder.U32(at + 4);
            if (!IsSoundLength(batch, at, total)) return at;
            if (total > MaxHeldBlock)
            {
                if (left < OversizedHead)
                {
                    Needed = OversizedHead;
                    return at;
                }

                PassOversized<TOrder>(batch, at, type, total);
                if (_stopped) return at;
                SkipAhead = Math.Max(0, total - left);
                at += Math.Min(total, left);
                if (SkipAhead > 0) return at;
                continue;
            }

            if (total > left)
            {
                Needed = (int)total;
                return at;
            }

            if (TOrder.U32(at + total - TrailerLength) != total)
            {
                StopAtMismatch(batch, at, total, TOrder.U32(at + total - TrailerLength));
                return at;
            }

            switch (type)
            {
                case PcapngBlock.EnhancedPacket:
                    if (!IsLongEnough(batch, at, total, PacketHeader + TrailerLength)) return at;
                    AddPacket<TOrder>(batch, at, total, TOrder.U32(at + 8));
                    break;
                case PcapngBlock.ObsoletePacket:
                    if (!IsLongEnough(batch, at, total, PacketHeader + TrailerLength)) return at;
                    AddPacket<TOrder>(batch, at, total, TOrder.U16(at + 8));
                    _section.CountPacketDrops(TOrder.U16(at + 8), TOrder.U16(at + 10));
                    break;
                case PcapngBlock.SimplePacket:
                    if (!IsLongEnough(batch, at, total, SimpleHeader + TrailerLength)) return at;
                    AddSimplePacket<TOrder>(batch, at, total);
                    break;
                default:
                    if (!_section.Take<TOrder>(at, type, (int)total, OffsetOf(batch, at), Frames + batch.Count))
                    {
                        _stopped = true;
                        Stop();
                        return at;
                    }

                    break;
            }

            at += total;
        }

        return at;
    }

    private void AddPacket<TOrder>(FrameBatch batch, byte* at, uint total, uint id)
        where TOrder : struct, IByteOrder
    {
        // SAFETY: the caller found the header and the trailer of the block inside the buffer.
        uint captured = TOrder.U32(at + 20);
        if (id >= (uint)_section.Count)
        {
            SkipUnknownInterface(batch, at, id);
            return;
        }

        if (captured > total - PacketHeader - TrailerLength || captured > FrameLimits.MaxCaptured)
        {
            SkipOverrun(batch, at, total, captured);
            return;
        }

        ref readonly PcapngInterface from = ref _section[id];
        ulong units = ((ulong)TOrder.U32(at + 12) << 32) | TOrder.U32(at + 16);
        ulong high = Math.BigMul(units, from.NsPerUnit, out ulong low);
        long time = from.NsPerUnit != 0 && high == 0 && low <= long.MaxValue ? (long)low : SlowTime(batch, at, in from, units);
        FirstNs = Math.Min(FirstNs, time);
        LastNs = Math.Max(LastNs, time);
        _previousNs = time;
        Add(batch, at + PacketHeader, captured, TOrder.U32(at + 24), time, in from);
    }

    private void AddSimplePacket<TOrder>(FrameBatch batch, byte* at, uint total)
        where TOrder : struct, IByteOrder
    {
        if (_section.Count == 0)
        {
            SkipUnknownInterface(batch, at, 0);
            return;
        }

        // SAFETY: the caller found the header and the trailer of the block inside the buffer.
        ref readonly PcapngInterface from = ref _section[0];
        uint wire = TOrder.U32(at + 8);
        uint captured = from.SnapLength == 0 ? wire : Math.Min(wire, from.SnapLength);
        if (captured > total - SimpleHeader - TrailerLength || captured > FrameLimits.MaxCaptured)
        {
            SkipOverrun(batch, at, total, captured);
            return;
        }

        if (!Problems.Repeat(ProblemCodes.NoTimestamp))
        {
            Problems.Note(
                ProblemCodes.NoTimestamp, OffsetOf(batch, at), $"Frame {Text(Frames + batch.Count + 1)} stands in a simple packet block, which has no time; such frames take the time of the frame before them, or 1970-01-01.");
        }

        Add(batch, at + SimpleHeader, captured, wire, _previousNs, in from);
    }

    private void Add(FrameBatch batch, byte* data, uint captured, uint wire, long time, ref readonly PcapngInterface from)
    {
        FrameBytes += captured;
        ref FrameDescriptor frame = ref batch.Reserve(1)[0];
        frame.TimestampNs = time;
        frame.Offset = (int)(data - batch.Buffer);
        frame.CapturedLength = (int)captured;
        frame.WireLength = wire;
        frame.Interface = from.Global;
        frame.LinkType = from.LinkType;
        batch.Commit(1);
    }

    private long OffsetOf(FrameBatch batch, byte* at) => BlockOffset + (at - batch.Buffer);

    private long SlowTime(FrameBatch batch, byte* at, ref readonly PcapngInterface from, ulong units)
    {
        long time = from.ToNs(units, out bool clamped);
        if (clamped && !Problems.Repeat(ProblemCodes.ClampedTime))
        {
            Problems.Note(
                ProblemCodes.ClampedTime, OffsetOf(batch, at), $"The time of frame {Text(Frames + batch.Count + 1)} is outside the years 1677 to 2262 and was set to the nearest end of that range.");
        }

        return time;
    }

    /// <summary>Whether the section at <paramref name="at"/> is in the order being walked; else the walk starts over in the other, or stops.</summary>
    private bool KnowsOrder<TOrder>(FrameBatch batch, byte* at)
        where TOrder : struct, IByteOrder
    {
        // SAFETY: the caller has the twelve bytes up to the end of the byte-order magic.
        uint magic = TOrder.U32(at + 8);
        if (magic == PcapngBlock.ByteOrderMagic) return true;
        if (System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(magic) == PcapngBlock.ByteOrderMagic)
        {
            _otherOrder = true;
            return false;
        }

        StopWalk(
            ProblemCodes.ByteOrderMagic,
            OffsetOf(batch, at) + 8,
            $"A section behind frame {Text(Frames + batch.Count)} begins without the byte-order magic 1a2b3c4d: the file is damaged here and was read up to here, or is no pcapng file.");
        return false;
    }

    private bool IsSoundLength(FrameBatch batch, byte* at, uint total)
    {
        if (total < SmallestBlock)
        {
            StopWalk(
                ProblemCodes.ShortBlock,
                OffsetOf(batch, at),
                $"The block behind frame {Text(Frames + batch.Count)} says it is {Text(total)} bytes long; the shortest has {SmallestBlock}. The file is damaged here and was read up to here.");
            return false;
        }

        if ((total & 3) == 0) return true;
        StopWalk(
            ProblemCodes.MisalignedBlock,
            OffsetOf(batch, at),
            $"The block behind frame {Text(Frames + batch.Count)} says it is {Text(total)} bytes long, which is no multiple of 4. The file is damaged here and was read up to here.");
        return false;
    }

    private bool IsLongEnough(FrameBatch batch, byte* at, uint total, int smallest)
    {
        if (total >= smallest) return true;
        StopWalk(
            ProblemCodes.ShortBlock,
            OffsetOf(batch, at),
            $"The packet block behind frame {Text(Frames + batch.Count)} is {Text(total)} bytes long; its fields alone take {Text(smallest)}. The file is damaged here and was read up to here.");
        return false;
    }

    private void StopAtMismatch(FrameBatch batch, byte* at, uint total, uint trailing) => StopWalk(
        ProblemCodes.BlockLengthMismatch,
        OffsetOf(batch, at),
        $"The block behind frame {Text(Frames + batch.Count)} begins by saying it is {Text(total)} bytes long and ends by saying {Text(trailing)}. The file is damaged here and was read up to here.");

    private void PassOversized<TOrder>(FrameBatch batch, byte* at, uint type, uint total)
        where TOrder : struct, IByteOrder
    {
        long offset = OffsetOf(batch, at);
        if (type is PcapngBlock.SectionHeader or PcapngBlock.InterfaceDescription)
        {
            _stopped = !_section.Take<TOrder>(at, type, OversizedHead, offset, Frames + batch.Count);
            if (_stopped)
            {
                Stop();
                return;
            }
        }

        if (!PcapngBlock.Matters(type))
        {
            _section.NoteSkipped(type, offset, Frames + batch.Count);
            return;
        }

        if (Problems.Repeat(ProblemCodes.OversizedBlock)) return;
        Problems.Damage(
            ProblemCodes.OversizedBlock,
            offset,
            $"The block behind frame {Text(Frames + batch.Count)} says it is {Text(total)} bytes long; no frame with its options takes more than {Text(MaxHeldBlock)}. It was passed over.");
    }

    private void SkipUnknownInterface(FrameBatch batch, byte* at, uint id)
    {
        if (Problems.Repeat(ProblemCodes.UnknownInterface)) return;
        Problems.Damage(
            ProblemCodes.UnknownInterface,
            OffsetOf(batch, at),
            $"A packet block behind frame {Text(Frames + batch.Count)} refers to interface {Text(id)}, but its section describes {Text(_section.Count)}; without a link type its frame cannot be read and was left out.");
    }

    private void SkipOverrun(FrameBatch batch, byte* at, uint total, uint captured)
    {
        string code = captured > FrameLimits.MaxCaptured ? ProblemCodes.AbsurdLength : ProblemCodes.PacketOverrunsBlock;
        if (Problems.Repeat(code)) return;
        Problems.Damage(
            code,
            OffsetOf(batch, at),
            $"A packet block of {Text(total)} bytes behind frame {Text(Frames + batch.Count)} says it holds a frame of {Text(captured)} bytes; it was left out.");
    }

    private void StopWalk(string code, long offset, string message)
    {
        _stopped = true;
        Stop(code, offset, message);
    }
}
