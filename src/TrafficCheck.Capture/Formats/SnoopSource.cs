using TrafficCheck.Capture.Feeds;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>Solaris snoop files, version 2 (RFC 1761): big-endian, each record padded to the length that it states.</summary>
internal sealed unsafe class SnoopSource : BlockFrameSource
{
    public const int FileHeaderLength = 16;
    public const string Word = "snoop";

    private const int HeaderLength = 24;
    private const int MaxPadding = 4096;

    private readonly LinkType _link;
    private readonly ushort _interface;
    private long? _dropped;

    private SnoopSource(SourceOrigin origin, ByteFeed feed, ProblemLog problems, LinkType link)
        : base(origin, feed, Word, problems, FileHeaderLength)
    {
        _link = link;
        _interface = origin.Interfaces.Add(new CaptureInterface(origin.Input, 0, null, link, 0));
        LinkTypes.Add(link);
    }

    protected override long? DroppedFrames => _dropped;

    public static bool Matches(ReadOnlySpan<byte> head) => head.StartsWith("snoop\0\0\0"u8);

    /// <summary>Opens the records behind a head that matches; null when it is unusable, and the log says why.</summary>
    public static SnoopSource? Open(ReadOnlySpan<byte> head, ByteFeed feed, SourceOrigin origin, ProblemLog problems)
    {
        if (head.Length < FileHeaderLength)
        {
            problems.Damage(
                ProblemCodes.TruncatedHeader, head.Length, "The file ends inside the 16 bytes of the snoop file header: it was cut; copy it again.");
            return null;
        }

        uint version, dataLink;
        fixed (byte* at = head)
        {
            // SAFETY: head holds the 16 bytes of the header.
            version = BigEndian.U32(at + 8);
            dataLink = BigEndian.U32(at + 12);
        }

        if (version != 2)
        {
            problems.Damage(ProblemCodes.UnsupportedVersion, 8, $"The header says snoop version {Text(version)}; only version 2 (RFC 1761) is known.");
            return null;
        }

        LinkType? link = Map(dataLink);
        if (link is null)
        {
            problems.Note(
                ProblemCodes.UnmappedLinkType, 12, $"The snoop datalink type {Text(dataLink)} has no counterpart here; its frames are counted but cannot be decoded.");
        }

        return new SnoopSource(origin, feed, problems, link ?? (LinkType)ushort.MaxValue);
    }

    protected override int Walk(FrameBatch batch, int length)
    {
        byte* start = batch.Buffer;
        byte* end = start + length;
        byte* at = start;

        // SAFETY: a record is touched only after its header, and then its stated length, were found to end at or before end.
        while (end - at >= HeaderLength)
        {
            uint wire = BigEndian.U32(at), captured = BigEndian.U32(at + 4), recordLength = BigEndian.U32(at + 8);
            if (captured > FrameLimits.MaxCaptured)
            {
                Stop(
                    ProblemCodes.AbsurdLength,
                    BlockOffset + (at - start),
                    $"The record behind frame {Text(Frames + batch.Count)} says it holds {Text(captured)} bytes; more than {Text(FrameLimits.MaxCaptured)} cannot be. The file is damaged here and was read up to here.");
                break;
            }

            if (recordLength < HeaderLength + captured || recordLength > HeaderLength + captured + MaxPadding)
            {
                Stop(
                    ProblemCodes.RecordLength,
                    BlockOffset + (at - start),
                    $"The record behind frame {Text(Frames + batch.Count)} states a length of {Text(recordLength)} bytes, which does not fit the {Text(captured)} bytes it holds. The file is damaged here and was read up to here.");
                break;
            }

            if (recordLength > end - at)
            {
                Needed = (int)recordLength;
                break;
            }

            _dropped = BigEndian.U32(at + 12);
            uint fraction = BigEndian.U32(at + 20);
            if (fraction >= 1_000_000) NoteOddFraction(BlockOffset + (at - start), Frames + batch.Count + 1, fraction);
            long time = (BigEndian.U32(at + 16) * 1_000_000_000L) + (fraction * 1000L);
            FirstNs = Math.Min(FirstNs, time);
            LastNs = Math.Max(LastNs, time);
            FrameBytes += captured;
            batch.Reserve(1)[0] = new FrameDescriptor
            {
                TimestampNs = time,
                Offset = (int)(at - start) + HeaderLength,
                CapturedLength = (int)captured,
                WireLength = wire,
                Interface = _interface,
                LinkType = _link,
            };
            batch.Commit(1);
            at += recordLength;
        }

        return (int)(at - start);
    }

    protected override void ReportCut(ReadOnlySpan<byte> rest) => Problems.Damage(
        ProblemCodes.TruncatedRecord,
        BlockOffset,
        $"The file ends inside a record, behind frame {Text(Frames)}: {Text(rest.Length)} bytes of it are there, and it was left out. The file was cut, or is still being written.");

    private static LinkType? Map(uint dataLink) => dataLink switch
    {
        0 or 4 => LinkType.Ethernet,
        2 => (LinkType)6,
        8 => (LinkType)10,
        31 => (LinkType)226,
        _ => null,
    };

    private void NoteOddFraction(long offset, long number, uint fraction)
    {
        if (Problems.Repeat(ProblemCodes.OddFraction)) return;
        Problems.Note(
            ProblemCodes.OddFraction, offset, $"The fraction of a second of frame {Text(number)} is {Text(fraction)}, a second or more; it was added to the seconds as it stands.");
    }
}
