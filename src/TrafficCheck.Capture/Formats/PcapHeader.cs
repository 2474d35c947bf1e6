using TrafficCheck.Capture.Feeds;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>The 24 bytes at the start of a classic pcap file, and the reader that fits them.</summary>
internal static unsafe class PcapHeader
{
    public const int Length = 24;

    private const uint ReservedBits = 0x03FF_0000;

    public static bool Matches(ReadOnlySpan<byte> magic) => Word(magic) is not null;

    /// <summary>
    /// Opens the records behind <paramref name="head"/>, whose magic matches. Null when the header is unusable; the log then says why.
    /// </summary>
    public static IFrameSource? Open(ReadOnlySpan<byte> head, ByteFeed feed, SourceOrigin origin, ProblemLog problems)
    {
        if (head.Length < Length)
        {
            problems.Damage(
                ProblemCodes.TruncatedHeader, head.Length, "The file ends inside the 24 bytes of the pcap file header: it was cut; copy it again.");
            return null;
        }

        return head[0] is 0xa1
            ? Open<BigEndian>(head, feed, origin, problems)
            : Open<LittleEndian>(head, feed, origin, problems);
    }

    /// <summary>Format word of a magic number, or null.</summary>
    public static string? Word(ReadOnlySpan<byte> magic) => magic.Length < 4 ? null : (magic[0], magic[1], magic[2], magic[3]) switch
    {
        (0xa1, 0xb2, 0xc3, 0xd4) or (0xd4, 0xc3, 0xb2, 0xa1) => "pcap",
        (0xa1, 0xb2, 0x3c, 0x4d) or (0x4d, 0x3c, 0xb2, 0xa1) => "pcap-ns",
        (0xa1, 0xb2, 0xcd, 0x34) or (0x34, 0xcd, 0xb2, 0xa1) => "pcap-modified",
        _ => null,
    };

    private static IFrameSource? Open<TOrder>(ReadOnlySpan<byte> head, ByteFeed feed, SourceOrigin origin, ProblemLog problems)
        where TOrder : struct, IByteOrder
    {
        int major, minor;
        uint snapLength, network;
        fixed (byte* at = head)
        {
            // SAFETY: head holds the 24 bytes of the header.
            major = TOrder.U16(at + 4);
            minor = TOrder.U16(at + 6);
            snapLength = TOrder.U32(at + 16);
            network = TOrder.U32(at + 20);
        }

        string word = Word(head)!;
        if (!(major == 2 && minor <= 4) && !(major == 543 && minor == 0))
        {
            problems.Damage(
                ProblemCodes.UnsupportedVersion, 4, $"The header says pcap version {major}.{minor}; versions up to 2.4 are known. The header may be damaged.");
            return null;
        }

        if ((network & ReservedBits) != 0)
        {
            problems.Damage(
                ProblemCodes.ReservedLinkTypeBits, 20, $"The link type field is 0x{network:x8}: bits are set that no known version uses. The header may be damaged.");
            return null;
        }

        // The upper six bits tell whether frames end in a frame check sequence and how long it is. Lengths in IP headers bound the packet.
        LinkType link = FrameLimits.Link((int)(network & 0xFFFF));
        PcapFile file = new(origin, feed, word, problems, link, snapLength);
        return word switch
        {
            "pcap-ns" => Open<TOrder, Nanoseconds>(file, major, minor),
            "pcap-modified" => new PcapSource<TOrder, Microseconds, ModifiedLayout>(file),
            _ => Open<TOrder, Microseconds>(file, major, minor),
        };
    }

    private static IFrameSource Open<TOrder, TScale>(PcapFile file, int major, int minor)
        where TOrder : struct, IByteOrder
        where TScale : struct, ITimeScale => (major, minor) switch
        {
            (2, 4) => new PcapSource<TOrder, TScale, StandardLayout>(file),
            (2, 3) => new PcapSource<TOrder, TScale, MaybeSwappedLayout>(file),
            _ => new PcapSource<TOrder, TScale, SwappedLayout>(file),
        };
}

/// <summary>What a pcap header says, and where its records come from.</summary>
internal sealed record PcapFile(SourceOrigin Origin, ByteFeed Feed, string Word, ProblemLog Problems, LinkType LinkType, uint SnapLength);
