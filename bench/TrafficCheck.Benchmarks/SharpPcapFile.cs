using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace TrafficCheck.Benchmarks;

/// <summary>Reading a capture file with SharpPcap, which needs libpcap.</summary>
internal static class SharpPcapFile
{
    /// <returns>Frames of the file.</returns>
    public static long Count(string path)
    {
        using var file = new CaptureFileReaderDevice(path);
        file.Open();
        long frames = 0;
        while (file.GetNextPacket(out _) == GetPacketStatus.PacketRead) frames++;
        return frames;
    }

    /// <returns>Frames with a TCP or UDP packet.</returns>
    public static long TakeAll(string path, PacketDotNetFlows flows)
    {
        using var file = new CaptureFileReaderDevice(path);
        file.Open();
        LinkLayers link = file.LinkType;
        long frames = 0;
        while (file.GetNextPacket(out PacketCapture capture) == GetPacketStatus.PacketRead)
            frames += flows.Take(link, capture.Data.ToArray()) ? 1 : 0;
        return flows.Counted(frames);
    }
}
