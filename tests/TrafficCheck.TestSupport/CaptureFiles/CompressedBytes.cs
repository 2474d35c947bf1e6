using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace TrafficCheck.TestSupport.CaptureFiles;

/// <summary>Compressed forms of a file.</summary>
public static class CompressedBytes
{
    public static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return bytes.ToArray();
    }

    /// <summary>One zstd frame with a checksum at its end.</summary>
    public static byte[] Zstd(ReadOnlySpan<byte> content)
    {
        using var compressor = new Compressor(1);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return compressor.Wrap(content).ToArray();
    }
}
