namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>The first packets of a MySQL connection (protocol version 10).</summary>
internal static class MySql
{
    public static byte[] Greeting => Packet(0, new ByteText()
        .U8(10).Ascii("8.0.36\0").Le32(4711).U8(FixedNoise.Bytes(8, 33)).U8(0).Le16(0x8200).U8(0x21).Le16(2, 0x0008).U8(21).Zeros(10)
        .U8(FixedNoise.Bytes(12, 34)).U8(0).Ascii("mysql_native_password\0"));

    public static byte[] Login => Packet(1, new ByteText().Le32(0x00088200, 0x01000000).U8(0x21).Zeros(23).Ascii("stats\0").U8(0)
        .Ascii("mysql_native_password\0"));

    public static byte[] Refusal => Packet(2, new ByteText().U8(0xff).Le16(1045).Ascii("#28000Access denied for user 'stats'"));

    private static byte[] Packet(byte number, ByteText body) =>
        new ByteText().U8((byte)body.Length, (byte)(body.Length >> 8), 0, number).U8(body.ToArray()).ToArray();
}
