namespace TrafficCheck.Capture.Formats;

/// <summary>Block types of pcapng, and its magic number.</summary>
internal static class PcapngBlock
{
    public const uint InterfaceDescription = 1;
    public const uint ObsoletePacket = 2;
    public const uint SimplePacket = 3;
    public const uint NameResolution = 4;
    public const uint InterfaceStatistics = 5;
    public const uint EnhancedPacket = 6;
    public const uint SystemdJournal = 9;
    public const uint DecryptionSecrets = 10;
    public const uint CustomCopyable = 0x0000_0BAD;
    public const uint CustomNotCopyable = 0x4000_0BAD;
    public const uint SectionHeader = 0x0A0D_0D0A;

    public const uint ByteOrderMagic = 0x1A2B_3C4D;

    /// <summary>Whether the block holds frames or says how to read them.</summary>
    public static bool Matters(uint type) => type
        is InterfaceDescription or ObsoletePacket or SimplePacket or EnhancedPacket or SectionHeader or InterfaceStatistics;
}
