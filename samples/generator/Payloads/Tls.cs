using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>A TLS 1.3 session (RFC 8446) as it looks from outside: hellos in clear, the rest as records of noise.</summary>
internal static class Tls
{
    private const byte ChangeCipherSpec = 20;
    private const byte Handshake = 22;
    private const byte ApplicationData = 23;

    /// <summary>Hellos, the encrypted rest of the handshake, and one message each way.</summary>
    /// <param name="serverName">Server name indication, or null where the client connects to an address.</param>
    public static TcpConversation Over(TcpConversation connection, string? serverName, int request = 220, int response = 700)
    {
        uint seed = (uint)connection.ClientPort << 8;
        return connection
            .ClientSends(ClientHello(serverName, seed))
            .ServerSends([.. ServerHello(seed), .. Record(ChangeCipherSpec, [1]), .. Sealed(900, seed + 1)])
            .ClientSends([.. Record(ChangeCipherSpec, [1]), .. Sealed(53, seed + 2)])
            .ClientSends(Sealed(request, seed + 3))
            .ServerSends(Sealed(response, seed + 4));
    }

    private static byte[] Sealed(int length, uint seed) => Record(ApplicationData, FixedNoise.Bytes(length, seed));

    private static byte[] ClientHello(string? serverName, uint seed)
    {
        var extensions = new ByteText();
        if (serverName is not null)
        {
            byte[] name = new ByteText().U8(0).Sized16(System.Text.Encoding.ASCII.GetBytes(serverName)).ToArray();
            extensions.U16(0).Sized16(new ByteText().Sized16(name).ToArray());
        }
        extensions
            .U16(10).Sized16(new ByteText().U16(4, 0x001d, 0x0017).ToArray()) // supported_groups: x25519, secp256r1
            .U16(13).Sized16(new ByteText().U16(6, 0x0403, 0x0804, 0x0401).ToArray()) // signature_algorithms
            .U16(43).Sized16([4, 3, 4, 3, 3]) // supported_versions: 1.3, 1.2
            .U16(51).Sized16(new ByteText().U16(36, 0x001d).Sized16(FixedNoise.Bytes(32, seed + 10)).ToArray()); // key_share
        var body = new ByteText().U16(0x0303).U8(FixedNoise.Bytes(32, seed + 11)).U8(32).U8(FixedNoise.Bytes(32, seed + 12))
            .Sized16(new ByteText().U16(0x1301, 0x1302, 0x1303, 0xc02f, 0xc030).ToArray())
            .U8(1, 0).Sized16(extensions.ToArray());
        return Record(Handshake, Message(1, body.ToArray()), 0x0301);
    }

    private static byte[] ServerHello(uint seed)
    {
        var extensions = new ByteText()
            .U16(43).Sized16([3, 4])
            .U16(51).Sized16(new ByteText().U16(0x001d).Sized16(FixedNoise.Bytes(32, seed + 13)).ToArray());
        var body = new ByteText().U16(0x0303).U8(FixedNoise.Bytes(32, seed + 14)).U8(32).U8(FixedNoise.Bytes(32, seed + 12))
            .U16(0x1301).U8(0).Sized16(extensions.ToArray());
        return Record(Handshake, Message(2, body.ToArray()));
    }

    private static byte[] Message(byte type, byte[] body) =>
        new ByteText().U8(type, (byte)(body.Length >> 16)).U16((ushort)body.Length).U8(body).ToArray();

    private static byte[] Record(byte type, byte[] content, ushort version = 0x0303) =>
        new ByteText().U8(type).U16(version).Sized16(content).ToArray();
}
