using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>Stable codes of <see cref="Core.Wire.InputProblem.Code"/> that capture files give.</summary>
public static class ProblemCodes
{
    // the file as a whole
    public const string Unreadable = "unreadable";
    public const string ReadError = "read-error";
    public const string EmptyFile = "empty-file";
    public const string NoPackets = InputSummary.NoPackets;
    public const string UnknownFormat = "unknown-format";
    public const string TruncatedHeader = "truncated-file-header";
    public const string UnsupportedVersion = "unsupported-version";
    public const string ReservedLinkTypeBits = "reserved-link-type-bits";
    public const string UnmappedLinkType = "unmapped-link-type";

    // compression
    public const string TruncatedGzip = "truncated-gzip";
    public const string CorruptGzip = "corrupt-gzip";
    public const string TruncatedZstd = "truncated-zstd";
    public const string CorruptZstd = "corrupt-zstd";
    public const string TrailingData = "trailing-data";
    public const string NestedCompression = "nested-compression";

    // records of pcap and snoop
    public const string TruncatedRecord = "truncated-record";
    public const string AbsurdLength = "absurd-length";
    public const string RecordLength = "record-length-mismatch";
    public const string OddFraction = "fraction-out-of-range";
    public const string ClampedTime = "time-out-of-range";
    public const string NoTimestamp = "no-timestamp";

    // blocks of pcapng
    public const string TruncatedBlock = "truncated-block";
    public const string ShortBlock = "block-too-short";
    public const string MisalignedBlock = "block-length-not-multiple-of-4";
    public const string BlockLengthMismatch = "block-length-mismatch";
    public const string OversizedBlock = "oversized-block";
    public const string SkippedCustomBlock = "skipped-custom-block";
    public const string SkippedUnknownBlock = "skipped-unknown-block";
    public const string ByteOrderMagic = "bad-byte-order-magic";
    public const string OptionOverrun = "option-overrun";
    public const string MalformedOption = "malformed-option";
    public const string UnknownInterface = "unknown-interface";
    public const string StatisticsOfUnknownInterface = "statistics-of-unknown-interface";
    public const string TooManyInterfaces = "too-many-interfaces";
    public const string PacketOverrunsBlock = "packet-overruns-block";

    /// <summary>A live interface went down or away while it was captured from.</summary>
    public const string Interrupted = "interface-interrupted";
}
