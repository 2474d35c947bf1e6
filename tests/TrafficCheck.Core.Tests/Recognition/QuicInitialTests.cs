using System.Security.Cryptography;
using System.Text;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>
/// Packets sealed here with the keys that RFC 9001 appendix A.1 and RFC 9369 appendix A.1 print for the identifier 8394c8f03e515708, so that
/// the derivation is checked against the documents and not against itself.
/// </summary>
public sealed class QuicInitialTests
{
    private static readonly byte[] s_key1 = Convert.FromHexString("1f369613dd76d5467730efcbe3b1a22d"), s_nonce1 = Convert.FromHexString("fa044b2f42a3fd3b46fb255c"),
        s_head1 = Convert.FromHexString("9f50449e04a0e810283a1e9933adedd2");

    private static readonly byte[] s_key2 = Convert.FromHexString("8b1a0bc121284290a29e0971b5cd045d"), s_nonce2 = Convert.FromHexString("91f73e2351d8fa91660e909f"),
        s_head2 = Convert.FromHexString("45b95e15235d6f45a6b19cbcb0294ba9");

    [Fact]
    public void A_client_of_version_1()
    {
        byte[] packet = Seal(1, 0xc0, s_key1, s_nonce1, s_head1, Frames(ClientHello.Message("quic.example", ["h3"], [0x0304]), 0));
        Assert.Equal(new(true, 0x0304, 12, 2, false, true), Read(packet, out string name));
        Assert.Equal("quic.example", name);
    }

    [Fact]
    public void A_client_of_version_2()
    {
        byte[] packet = Seal(0x6b3343cf, 0xd0, s_key2, s_nonce2, s_head2, Frames(ClientHello.Message("quic.example", ["h3"], [0x0304]), 0));
        Read(packet, out string name);
        Assert.Equal("quic.example", name);
    }

    [Fact]
    public void Shuffled_frames_are_put_in_order()
    {
        byte[] message = ClientHello.Message("quic.example", ["h3"], [0x0304]);
        byte[] frames = [1, .. Frames(message[100..], 100), 0, 0, 2, 0, 0, 0, 0, .. Frames(message[..100], 0)];
        Assert.True(Read(Seal(1, 0xc0, s_key1, s_nonce1, s_head1, frames), out string name)!.Value.IsComplete);
        Assert.Equal("quic.example", name);
    }

    [Fact]
    public void A_gap_is_not_read_over()
    {
        byte[] message = ClientHello.Message("quic.example");
        TlsHello? hello = Read(Seal(1, 0xc0, s_key1, s_nonce1, s_head1, [.. Frames(message[..60], 0), .. Frames(message[80..], 80)]), out string name);
        Assert.False(hello!.Value.IsComplete);
        Assert.Equal("", name);
    }

    [Fact]
    public void What_does_not_open_is_nothing()
    {
        byte[] packet = Seal(1, 0xc0, s_key1, s_nonce1, s_head1, Frames(ClientHello.Message(), 0));
        for (int length = 0; length < packet.Length; length++) Assert.Null(Read(packet[..length], out _));
        packet[^1] ^= 1;
        Assert.Null(Read(packet, out _));
        packet[^1] ^= 1;
        packet[7] ^= 1;
        Assert.Null(Read(packet, out _));
    }

    private static byte[] Frames(byte[] data, int offset) =>
        [6, (byte)(0x40 | (offset >> 8)), (byte)offset, (byte)(0x40 | (data.Length >> 8)), (byte)data.Length, .. data];

    private static byte[] Seal(uint version, byte first, byte[] key, byte[] nonce, byte[] headKey, byte[] frames)
    {
        byte[] plain = [.. frames, .. new byte[Math.Max(0, 1162 - frames.Length)]];
        int length = 4 + plain.Length + 16;
        byte[] head =
        [
            (byte)(first | 3), (byte)(version >> 24), (byte)(version >> 16), (byte)(version >> 8), (byte)version, 8, 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08,
            0, 0, (byte)(0x40 | (length >> 8)), (byte)length, 0, 0, 0, 2,
        ];
        byte[] iv = [.. nonce];
        iv[^1] ^= 2;
        var body = new byte[plain.Length];
        var tag = new byte[16];
        using (var gcm = new AesGcm(key, 16)) gcm.Encrypt(iv, plain, body, tag, head);
        byte[] packet = [.. head, .. body, .. tag];
        using var aes = Aes.Create();
        aes.Key = headKey;
        byte[] mask = aes.EncryptEcb(packet.AsSpan(head.Length, 16), PaddingMode.None);
        packet[0] ^= (byte)(mask[0] & 0x0f);
        for (int i = 0; i < 4; i++) packet[head.Length - 4 + i] ^= mask[i + 1];
        return packet;
    }

    private static TlsHello? Read(byte[] datagram, out string name)
    {
        Span<byte> first = stackalloc byte[TlsHelloReader.MaxNameLength], second = stackalloc byte[TlsHelloReader.MaxNameLength];
        bool read = QuicInitial.TryReadClientHello(datagram, first, second, out TlsHello hello);
        name = Encoding.ASCII.GetString(first[..hello.ServerNameLength]);
        return read ? hello : null;
    }
}
