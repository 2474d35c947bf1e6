using TrafficCheck.Capture.Feeds;
using TrafficCheck.Capture.Formats;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>
/// Opens capture files by what they hold, not by their names: pcap, pcapng and snoop, plain or in gzip or zstd. What cannot be opened
/// becomes a source without frames whose summary says why.
/// </summary>
public static class CaptureFile
{
    /// <summary>Compressed inside compressed happens; a chain without end does not.</summary>
    private const int MaxCompressionLayers = 4;

    private const int HeadLength = 24;

    /// <param name="path">The file, as it is to be named in the summary.</param>
    /// <param name="input">Index of the input in the run.</param>
    /// <param name="interfaces">Where the interfaces of the file are registered.</param>
    public static IFrameSource Open(string path, int input, CaptureInterfaces interfaces)
    {
        if (FileFeed.TryOpen(path, out FileFeed? feed, out FeedFault? fault)) return Open(feed, new SourceOrigin(path, input, interfaces));
        return new RefusedSource(path, "unreadable", 0, null, [new InputProblem(ProblemSeverity.Damage, fault.Code, -1, fault.Message)]);
    }

    /// <summary>The same for a stream, which the source then owns.</summary>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="name">How the summary names it: <c>-</c> for standard input.</param>
    /// <param name="input">Index of the input in the run.</param>
    /// <param name="interfaces">Where the interfaces of the file are registered.</param>
    public static IFrameSource Open(Stream content, string name, int input, CaptureInterfaces interfaces)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Open(new StreamFeed(content), new SourceOrigin(name, input, interfaces));
    }

    /// <summary>Whether the file begins like a capture, also inside gzip or zstd. A file that cannot be read counts as one: its fault must show.</summary>
    /// <param name="path">A regular file.</param>
    /// <param name="looksLike">What it looks like when it is none.</param>
    public static bool LooksLikeCapture(string path, out string looksLike)
    {
        looksLike = "";
        if (!FileFeed.TryOpen(path, out FileFeed? file, out _)) return true;
        var problems = new ProblemLog();
        byte[] head = new byte[HeadLength];
        using ByteFeed feed = Unwrap(file, head, out int length, problems);
        if (feed.Fault?.Code == ProblemCodes.ReadError || IsCapture(head.AsSpan(0, length))) return true;
        looksLike = length == 0 ? "an empty file" : ContentGuess.Describe(head.AsSpan(0, length));
        if (feed.Suffix.Length > 0) looksLike = "compressed (" + feed.Suffix[1..] + "): " + looksLike;
        return false;
    }

    internal static IFrameSource Open(ByteFeed raw, SourceOrigin origin)
    {
        var problems = new ProblemLog();
        byte[] head = new byte[HeadLength];
        ByteFeed feed = Unwrap(raw, head, out int length, problems);
        IFrameSource? source = Choose(head.AsSpan(0, length), feed, origin, problems);
        if (source is not null) return source;
        using (feed)
        {
            string format = FormatWord(head.AsSpan(0, length)) + feed.Suffix;
            return new RefusedSource(origin.Path, format, feed.Consumed, feed.Total, problems.ToArray());
        }
    }

    private static IFrameSource? Choose(ReadOnlySpan<byte> head, ByteFeed feed, SourceOrigin origin, ProblemLog problems)
    {
        if (problems.Damaged) return null;
        if (feed.Fault is { } fault && head.Length < HeadLength)
        {
            problems.Damage(fault.Code, head.Length, fault.Message);
            return null;
        }

        if (PcapHeader.Matches(head)) return PcapHeader.Open(head, feed, origin, problems);
        if (SnoopSource.Matches(head))
        {
            if (head.Length > SnoopSource.FileHeaderLength) feed.Unread(head[SnoopSource.FileHeaderLength..]);
            return SnoopSource.Open(head, feed, origin, problems);
        }

        if (PcapngSource.Matches(head))
        {
            feed.Unread(head);
            return new PcapngSource(origin, feed, problems);
        }

        if (head.IsEmpty)
        {
            problems.Damage(ProblemCodes.EmptyFile, 0, "The input is empty; a capture has at least a file header.");
            return null;
        }

        string inside = feed.Suffix.Length > 0 ? " Inside the compression (" + feed.Suffix[1..] + ") it" : " It";
        problems.Damage(
            ProblemCodes.UnknownFormat,
            0,
            "This is no capture file that can be read: pcap, pcapng and snoop are, plain or in gzip or zstd." + inside + " looks like "
            + ContentGuess.Describe(head) + ".");
        return null;
    }

    /// <summary>Takes off compression and reads the head of what is inside.</summary>
    private static ByteFeed Unwrap(ByteFeed feed, byte[] head, out int length, ProblemLog problems)
    {
        for (int layer = 0; ; layer++)
        {
            length = feed.ReadFully(head);
            Compression kind = CompressionOf(head.AsSpan(0, length));
            if (kind == Compression.None) return feed;
            if (layer == MaxCompressionLayers)
            {
                problems.Damage(
                    ProblemCodes.NestedCompression, 0, $"The input is compressed more than {MaxCompressionLayers} times over; decompress it first.");
                return feed;
            }

            feed.Unread(head.AsSpan(0, length));
            feed = new DecompressingFeed(feed, kind);
        }
    }

    private static Compression CompressionOf(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 2 && head[0] == 0x1f && head[1] == 0x8b) return Compression.Gzip;
        if (head.Length < 4) return Compression.None;

        // A zstd frame, or a skippable frame before one (RFC 8878, section 3.1).
        bool zstd = head[0] == 0x28 && head[1] == 0xb5 && head[2] == 0x2f && head[3] == 0xfd;
        bool skippable = (head[0] & 0xf0) == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18;
        return zstd || skippable ? Compression.Zstd : Compression.None;
    }

    private static bool IsCapture(ReadOnlySpan<byte> head) => FormatWord(head) != "unknown";

    private static string FormatWord(ReadOnlySpan<byte> head) =>
        PcapHeader.Word(head) ?? (SnoopSource.Matches(head) ? SnoopSource.Word : PcapngSource.Matches(head) ? PcapngSource.Word : "unknown");
}
