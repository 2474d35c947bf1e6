using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>An SSH connection (RFC 4253): identification lines and key exchange offers, then ciphertext.</summary>
internal static class SshSession
{
    public static TcpConversation Over(TcpConversation connection)
    {
        uint seed = connection.ClientPort;
        return connection
            .ServerSends("SSH-2.0-OpenSSH_9.6\r\n").ClientSends("SSH-2.0-OpenSSH_9.7\r\n")
            .ClientSends(KeyExchange(seed)).ServerSends(KeyExchange(seed + 1))
            .ClientSends(Packet(30, new ByteText().U32(32).U8(FixedNoise.Bytes(32, seed + 2)).ToArray()))
            .ServerSends(Packet(21, []))
            .ClientSends(Packet(21, []))
            .ClientSends(FixedNoise.Bytes(68, seed + 3)).ServerSends(FixedNoise.Bytes(148, seed + 4));
    }

    private static byte[] KeyExchange(uint seed)
    {
        var body = new ByteText().U8(FixedNoise.Bytes(16, seed));
        foreach (string names in (ReadOnlySpan<string>)
        [
            "curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", "",
        ])
            body.U32((uint)names.Length).Ascii(names);
        return Packet(20, body.Zeros(5).ToArray());
    }

    private static byte[] Packet(byte message, byte[] body)
    {
        // Padding of at least four bytes makes the whole packet a multiple of eight (RFC 4253 section 6).
        int padding = 8 - ((6 + body.Length) % 8);
        if (padding < 4) padding += 8;
        return new ByteText().U32((uint)(2 + body.Length + padding)).U8((byte)padding, message).U8(body).Zeros(padding).ToArray();
    }
}
