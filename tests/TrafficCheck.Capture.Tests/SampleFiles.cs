using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

/// <summary>Small sound files of every kind that is read.</summary>
internal static class SampleFiles
{
    public const long Start = 1_700_000_000_000_000_000;

    public static readonly string[] Names =
    [
        "pcap-le", "pcap-be", "pcap-ns-le", "pcap-ns-be", "pcap-modified-le", "pcap-modified-be", "pcap-v2.2", "pcap-v2.3",
        "pcapng-le", "pcapng-be", "snoop", "pcap+gz", "pcapng+zst", "snoop+gz+zst",
    ];

    public static TheoryData<string> All => [.. Names];

    /// <summary>Data of frame <paramref name="index"/>: no two are equal, lengths vary and include none.</summary>
    public static byte[] Data(int index) => [.. Enumerable.Range(0, index * 7 % 23).Select(i => (byte)(index + (i * 3)))];

    /// <summary>Time of frame <paramref name="index"/> in whole microseconds.</summary>
    public static long Time(int index) => Start + (index * 1_234_567_000L);

    public static byte[] Build(string name, int frames = 6)
    {
        if (name.EndsWith("+zst", StringComparison.Ordinal)) return CompressedBytes.Zstd(Build(name[..^4], frames));
        if (name.EndsWith("+gz", StringComparison.Ordinal)) return CompressedBytes.Gzip(Build(name[..^3], frames));
        bool big = name.EndsWith("-be", StringComparison.Ordinal);
        switch (name)
        {
            case "pcapng" or "pcapng-le" or "pcapng-be":
                return Pcapng(big, frames);
            case "snoop":
                var snoop = new SnoopFileBuilder();
                for (int i = 0; i < frames; i++) snoop.Add(Time(i), Data(i));
                return snoop.ToArray();
            default:
                var pcap = new PcapFileBuilder(
                    big,
                    nanoseconds: name.StartsWith("pcap-ns", StringComparison.Ordinal),
                    modified: name.StartsWith("pcap-modified", StringComparison.Ordinal),
                    minor: name switch { "pcap-v2.2" => 2, "pcap-v2.3" => 3, _ => 4 });
                for (int i = 0; i < frames; i++) pcap.Add(Time(i), Data(i));
                return pcap.ToArray();
        }
    }

    public static byte[] Pcap(params (long TimeNs, byte[] Data)[] frames)
    {
        var file = new PcapFileBuilder(nanoseconds: true);
        foreach ((long timeNs, byte[] data) in frames) file.Add(timeNs, data);
        return file.ToArray();
    }

    /// <summary>Enhanced and obsolete packet blocks on two interfaces, with blocks between them that hold no frames.</summary>
    private static byte[] Pcapng(bool big, int frames)
    {
        PcapngFileBuilder file = new PcapngFileBuilder(big).Interface(name: "a").Interface(LinkType.RawIp, resolution: 9, name: "b");
        for (int i = 0; i < frames; i++)
        {
            ulong ns = (ulong)Time(i);
            if (i % 3 == 0) file.EnhancedPacket(0, ns / 1000, Data(i), comment: "remark");
            else if (i % 3 == 1) file.EnhancedPacket(1, ns, Data(i));
            else file.ObsoletePacket(0, 0, ns / 1000, Data(i));
            if (i % 2 == 0) file.Block(4, [0, 0, 0, 0]);
        }

        return file.Statistics(0, 1).ToArray();
    }
}
