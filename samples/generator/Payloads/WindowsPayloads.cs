namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>First messages of the protocols by which a Windows domain authenticates: NetBIOS, SMB, MS-RPC; and of RDP.</summary>
internal static class WindowsPayloads
{
    public static byte[] NameQuery(ushort id, string name, bool broadcast) =>
        new ByteText().U16(id, broadcast ? (ushort)0x0110 : (ushort)0x0100, 1, 0, 0, 0).U8(NetBiosName(name)).U16(0x20, 1).ToArray();

    public static byte[] NameAnswer(ushort id, string name, ReadOnlySpan<byte> address) =>
        new ByteText().U16(id, 0x8580, 0, 1, 0, 0).U8(NetBiosName(name)).U16(0x20, 1).U32(300_000)
            .Sized16([0x60, 0, .. address]).ToArray();

    public static byte[] SessionRequest(string called, string calling) =>
        new ByteText().U8(0x81, 0).Sized16([.. NetBiosName(called), .. NetBiosName(calling)]).ToArray();

    public static byte[] SessionAccepted => [0x82, 0, 0, 0];

    public static byte[] SmbNegotiate => Smb(
        false, new ByteText().Le16(36, 2, 1, 0).Le32(0).U8(FixedNoise.Bytes(16, 9)).Zeros(8).Le16(0x0202, 0x0210).ToArray());

    public static byte[] SmbNegotiated => Smb(
        true,
        new ByteText().Le16(65, 1, 0x0210, 0).U8(FixedNoise.Bytes(16, 10)).Le32(7, 0x100000, 0x100000, 0x100000)
            .Zeros(16).Le16(0x80, 0).Le32(0).ToArray());

    /// <summary>Bind to the endpoint mapper (C706 chapter 12, MS-RPCE).</summary>
    public static byte[] RpcBind => Rpc(
        11, new ByteText().Le16(5840, 5840).Le32(0).U8(1, 0, 0, 0).Le16(0).U8(1, 0).U8(EndpointMapper).Le32(3).U8(Ndr).Le32(2));

    public static byte[] RpcBindAccepted => Rpc(
        12, new ByteText().Le16(5840, 5840).Le32(0x1063).Le16(4).Ascii("135\0").Le16(0).U8(1, 0, 0, 0).Le16(0, 0).U8(Ndr).Le32(2));

    public static byte[] RdpRequest => [3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0];

    public static byte[] RdpConfirm => [3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 2, 0, 0, 0];

    private static ReadOnlySpan<byte> EndpointMapper =>
        [0x08, 0x83, 0xaf, 0xe1, 0x1f, 0x5d, 0xc9, 0x11, 0x91, 0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa];

    private static ReadOnlySpan<byte> Ndr =>
        [0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60];

    private static byte[] Rpc(byte type, ByteText body) =>
        new ByteText().U8(5, 0, type, 3, 0x10, 0, 0, 0).Le16((ushort)(16 + body.Length), 0).Le32(2).U8(body.ToArray()).ToArray();

    private static byte[] Smb(bool reply, byte[] body)
    {
        var message = new ByteText().U8(0xfe).Ascii("SMB").Le16(64, 0).Le32(0).Le16(0, 1).Le32(reply ? 1u : 0u).Zeros(44).U8(body);
        return new ByteText().U8(0, 0).Sized16(message.ToArray()).ToArray();
    }

    /// <summary>A name padded to 15 characters with the suffix of a file server, in first-level encoding (RFC 1001 section 14.1).</summary>
    private static byte[] NetBiosName(string name)
    {
        var encoded = new ByteText().U8(32);
        foreach (char c in name.PadRight(15) + '\x20') encoded.U8((byte)('A' + (c >> 4)), (byte)('A' + (c & 15)));
        return encoded.U8(0).ToArray();
    }
}
