using System.Security.Cryptography;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>Client Initial packets of QUIC version 1, sealed with the keys that RFC 9001 appendix A.1 prints for the identifier 8394c8f03e515708.</summary>
internal static class QuicPacket
{
    private static readonly byte[] s_nonce = Convert.FromHexString("fa044b2f42a3fd3b46fb255c");
    private static readonly AesGcm s_seal = new(Convert.FromHexString("1f369613dd76d5467730efcbe3b1a22d"), 16);
    private static readonly Aes s_head = HeadCipher();

    /// <summary>A CRYPTO frame.</summary>
    public static byte[] Frames(byte[] data, int offset) => [6, (byte)(0x40 | (offset >> 8)), (byte)offset, (byte)(0x40 | (data.Length >> 8)), (byte)data.Length, .. data];

    public static byte[] Seal(ReadOnlySpan<byte> frames)
    {
        byte[] plain = [.. frames, .. new byte[Math.Max(0, 1162 - frames.Length)]];
        int length = 4 + plain.Length + 16;
        byte[] head = [0xc3, 0, 0, 0, 1, 8, 0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08, 0, 0, (byte)(0x40 | (length >> 8)), (byte)length, 0, 0, 0, 2];
        byte[] nonce = [.. s_nonce];
        nonce[^1] ^= 2;
        var packet = new byte[head.Length + plain.Length + 16];
        head.CopyTo(packet, 0);
        s_seal.Encrypt(nonce, plain, packet.AsSpan(head.Length, plain.Length), packet.AsSpan(head.Length + plain.Length), head);
        Span<byte> mask = stackalloc byte[16];
        s_head.EncryptEcb(packet.AsSpan(head.Length, 16), mask, PaddingMode.None);
        packet[0] ^= (byte)(mask[0] & 0x0f);
        for (int i = 0; i < 4; i++) packet[head.Length - 4 + i] ^= mask[i + 1];
        return packet;
    }

    private static Aes HeadCipher()
    {
        var aes = Aes.Create();
        aes.Key = Convert.FromHexString("9f50449e04a0e810283a1e9933adedd2");
        return aes;
    }
}
