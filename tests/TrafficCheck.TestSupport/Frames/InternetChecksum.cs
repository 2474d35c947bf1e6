using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace TrafficCheck.TestSupport.Frames;

/// <summary>Checksums of the Internet protocols, computed the slow and obvious way so that they can judge a fast one.</summary>
public static class InternetChecksum
{
    /// <summary>The ones' complement checksum of RFC 1071 over <paramref name="data"/>; an odd last byte counts as high byte.</summary>
    public static ushort Of(ReadOnlySpan<byte> data) => Finish(Sum(data));

    /// <summary>
    /// Checksum with the pseudo-header of RFC 9293 section 3.1 (IPv4) or RFC 8200 section 8.1 (IPv6).
    /// </summary>
    /// <param name="upper">Transport header and payload with a zero checksum field.</param>
    public static ushort OfTransport(IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> upper)
    {
        ulong sum = Sum(source.GetAddressBytes()) + Sum(destination.GetAddressBytes());
        sum += protocol + ((uint)upper.Length >> 16) + ((uint)upper.Length & 0xffff);
        return Finish(sum + Sum(upper));
    }

    /// <summary>CRC32c as SCTP uses it (RFC 9260 appendix A), in the order in which it is sent.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data) crc = BitOperations.Crc32C(crc, b);
        return BinaryPrimitives.ReverseEndianness(~crc);
    }

    private static ulong Sum(ReadOnlySpan<byte> data)
    {
        ulong sum = 0;
        for (int i = 0; i < data.Length; i += 2)
            sum += (uint)(data[i] << 8) | (i + 1 < data.Length ? data[i + 1] : (uint)0);
        return sum;
    }

    private static ushort Finish(ulong sum)
    {
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
