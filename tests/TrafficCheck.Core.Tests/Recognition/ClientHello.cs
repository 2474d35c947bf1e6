using System.Buffers.Binary;
using System.Text;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>Builds hellos of TLS, bare and in records.</summary>
internal static class ClientHello
{
    public static byte[] Message(string? name = "shop.example", string[]? protocols = null, ushort[]? versions = null, bool encrypted = false)
    {
        var extensions = new List<byte>();
        if (name is not null) Extension(extensions, 0, [.. Prefixed(2, [0, .. Prefixed(2, Encoding.ASCII.GetBytes(name))])]);
        if (protocols is not null) Extension(extensions, 16, [.. Prefixed(2, [.. protocols.SelectMany(p => Prefixed(1, Encoding.ASCII.GetBytes(p)))])]);
        if (versions is not null) Extension(extensions, 43, [.. Prefixed(1, [.. versions.SelectMany(v => new[] { (byte)(v >> 8), (byte)v })])]);
        if (encrypted) Extension(extensions, 0xfe0d, new byte[40]);
        byte[] body =
        [
            3, 3, .. Enumerable.Repeat((byte)0x5a, 32), .. Prefixed(1, new byte[32]), .. Prefixed(2, [0x13, 0x01, 0xc0, 0x2f]), 1, 0, .. Prefixed(2, [.. extensions]),
        ];
        return [1, .. Prefixed(3, body)];
    }

    public static byte[] ServerMessage(ushort? version = null, string? protocol = null)
    {
        var extensions = new List<byte>();
        if (version is { } v) Extension(extensions, 43, [(byte)(v >> 8), (byte)v]);
        if (protocol is not null) Extension(extensions, 16, [.. Prefixed(2, [.. Prefixed(1, Encoding.ASCII.GetBytes(protocol))])]);
        byte[] body = [3, 3, .. Enumerable.Repeat((byte)0xa5, 32), .. Prefixed(1, new byte[32]), 0x13, 0x01, 0, .. Prefixed(2, [.. extensions])];
        return [2, .. Prefixed(3, body)];
    }

    /// <summary>Puts a message into records of at most so many bytes.</summary>
    public static byte[] Records(byte[] message, int most = 16384)
    {
        var bytes = new List<byte>();
        foreach (byte[] part in message.Chunk(most)) bytes.AddRange([0x16, 3, 1, .. Prefixed(2, part)]);
        return [.. bytes];
    }

    private static void Extension(List<byte> extensions, int type, byte[] body) => extensions.AddRange([(byte)(type >> 8), (byte)type, .. Prefixed(2, body)]);

    private static byte[] Prefixed(int size, byte[] bytes)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        return [.. length[(4 - size)..], .. bytes];
    }
}
