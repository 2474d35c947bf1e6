using TrafficCheck.Capture;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>A TCP or UDP packet of the corpus with its payload as captured.</summary>
internal sealed record CorpusPacket(
    string File, long Frame, long TimeNs, byte Protocol, IpAddress Source, ushort SourcePort, IpAddress Destination, ushort DestinationPort, byte TcpFlags,
    bool IsFragment, byte[] Payload);

internal static unsafe class CorpusPackets
{
    /// <summary>Packets of the captures whose path below the corpus begins with one of <paramref name="paths"/>. Skips the test where there is no corpus.</summary>
    public static IEnumerable<CorpusPacket> Read(params string[] paths)
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        string root = Path.Combine(shared, "corpus", "captures");
        return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => paths.Any(path => Path.GetRelativePath(root, file).StartsWith(path, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal).SelectMany(file => ReadFile(file, Path.GetRelativePath(root, file)));
    }

    private static IEnumerable<CorpusPacket> ReadFile(string file, string name)
    {
        using var set = new CaptureSet([new CaptureInput(file)]);
        long number = 0;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            for (int i = start; i < start + count; i++)
            {
                number++;
                if (Decode(batch, i, name, number) is { } packet) yield return packet;
            }
        }
    }

    private static CorpusPacket? Decode(FrameBatch batch, int index, string name, long number)
    {
        FrameDescriptor frame = batch.Frames[index];
        DecodeStatus status = FrameDecoder.Decode(batch.Buffer + frame.Offset, frame.CapturedLength, frame.LinkType, out PacketSummary p);
        if (!DecodeStatusNames.IsDecoded(status) || p.Protocol is not (6 or 17) || p.SourcePort == 0) return null;
        int size = p.Version == 4 ? 4 : 16;
        return new(
            name, number, frame.TimestampNs, p.Protocol, Address(p.Addresses, size), p.SourcePort, Address(p.Addresses + size, size), p.DestinationPort,
            p.TcpFlags, p.IsFragment, new ReadOnlySpan<byte>(p.Payload, p.PayloadLength).ToArray());
    }

    private static IpAddress Address(byte* bytes, int size) => IpAddress.From(new System.Net.IPAddress(new ReadOnlySpan<byte>(bytes, size)));
}
