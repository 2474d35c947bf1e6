using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>The records of a classic pcap file. Byte order, time scale and record header are types, so the loop has no branch on them.</summary>
internal sealed unsafe class PcapSource<TOrder, TScale, TLayout> : BlockFrameSource
    where TOrder : struct, IByteOrder
    where TScale : struct, ITimeScale
    where TLayout : struct, IRecordLayout
{
    private readonly LinkType _link;
    private readonly ushort _interface;

    public PcapSource(PcapFile file)
        : base(file.Origin, file.Feed, file.Word, file.Problems, PcapHeader.Length)
    {
        _link = file.LinkType;
        _interface = Origin.Interfaces.Add(new CaptureInterface(Origin.Input, 0, null, _link, file.SnapLength));
        LinkTypes.Add(_link);
    }

    protected override int Walk(FrameBatch batch, int length)
    {
        byte* start = batch.Buffer;
        byte* end = start + length;
        byte* at = start;
        long first = FirstNs, last = LastNs;
        uint largestFraction = 0;
        ushort origin = _interface;
        LinkType link = _link;
        bool stopped = false;
        while (!stopped)
        {
            Span<FrameDescriptor> room = batch.Reserve(RoomStep);
            int added = 0;
            fixed (FrameDescriptor* into = room)
            {
                // SAFETY: a record is touched only after its header, and then its bytes, were found to end at or before end, which lies
                // inside the batch's block; added stays below the number of reserved descriptors.
                for (; added < room.Length; added++)
                {
                    long left = end - at - TLayout.HeaderLength;
                    if (left < 0)
                    {
                        stopped = true;
                        break;
                    }

                    TLayout.Lengths<TOrder>(at, out uint captured, out uint wire);
                    if (captured > left || captured > FrameLimits.MaxCaptured)
                    {
                        stopped = true;
                        if (captured > FrameLimits.MaxCaptured) StopAtAbsurd(BlockOffset + (at - start), captured, batch.Count + added);
                        else Needed = TLayout.HeaderLength + (int)captured;
                        break;
                    }

                    uint fraction = TOrder.U32(at + 4);
                    long time = (TOrder.U32(at) * 1_000_000_000L) + ((long)fraction * TScale.NsPerUnit);
                    largestFraction = Math.Max(largestFraction, fraction);
                    first = Math.Min(first, time);
                    last = Math.Max(last, time);
                    at += TLayout.HeaderLength;

                    FrameDescriptor* frame = into + added;
                    frame->TimestampNs = time;
                    frame->Offset = (int)(at - start);
                    frame->CapturedLength = (int)captured;
                    frame->WireLength = wire;
                    frame->Interface = origin;
                    frame->LinkType = link;
                    at += captured;
                }
            }

            batch.Commit(added);
        }

        FirstNs = first;
        LastNs = last;
        FrameBytes += at - start - ((long)batch.Count * TLayout.HeaderLength);
        if (largestFraction >= TScale.UnitsPerSecond) NoteOddFractions(batch);
        return (int)(at - start);
    }

    protected override void ReportCut(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < TLayout.HeaderLength)
        {
            Problems.Damage(
                ProblemCodes.TruncatedRecord,
                BlockOffset,
                $"The file ends inside a record header, behind frame {Text(Frames)}: {rest.Length} of {TLayout.HeaderLength} bytes are there. It was cut, or is still being written.");
            return;
        }

        uint captured;
        fixed (byte* at = rest)
        {
            // SAFETY: rest holds a whole record header.
            TLayout.Lengths<TOrder>(at, out captured, out _);
        }

        Problems.Damage(
            ProblemCodes.TruncatedRecord,
            BlockOffset,
            $"The file ends inside a record, behind frame {Text(Frames)}: of its {Text(captured)} bytes {Text(rest.Length - TLayout.HeaderLength)} are there, and it was left out. The file was cut, or is still being written.");
    }

    private void StopAtAbsurd(long offset, uint captured, int framesInBatch) => Stop(
        ProblemCodes.AbsurdLength,
        offset,
        $"The record behind frame {Text(Frames + framesInBatch)} says it holds {Text(captured)} bytes; more than {Text(FrameLimits.MaxCaptured)} cannot be. The file is damaged here and was read up to here.");

    /// <summary>The fraction is added as it stands, as other readers do. Off the hot path: the first offender is looked up again.</summary>
    private void NoteOddFractions(FrameBatch batch)
    {
        // SAFETY: the record header of a frame lies before it in the same block.
        int count = 0;
        foreach (FrameDescriptor frame in batch.Frames)
        {
            if (TOrder.U32(batch.Buffer + frame.Offset - TLayout.HeaderLength + 4) >= TScale.UnitsPerSecond) count++;
        }

        if (Problems.Repeat(ProblemCodes.OddFraction, count)) return;
        long number = Frames;
        foreach (FrameDescriptor frame in batch.Frames)
        {
            number++;
            // SAFETY: the record header of a frame lies before it in the same block.
            uint fraction = TOrder.U32(batch.Buffer + frame.Offset - TLayout.HeaderLength + 4);
            if (fraction < TScale.UnitsPerSecond) continue;
            Problems.Note(
                ProblemCodes.OddFraction,
                BlockOffset + frame.Offset - TLayout.HeaderLength,
                $"The fraction of a second of frame {Text(number)} is {Text(fraction)}, a second or more; it was added to the seconds as it stands.",
                count);
            return;
        }
    }
}
