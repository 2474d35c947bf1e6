namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>NTP version 4 packets (RFC 5905).</summary>
internal static class Ntp
{
    private const long SecondsFrom1900To1970 = 2_208_988_800;

    public static byte[] Client(long timeNs) => Packet(0x23, 0, 0, timeNs);

    public static byte[] Server(long timeNs) => Packet(0x24, 2, timeNs, timeNs);

    private static byte[] Packet(byte leapVersionMode, byte stratum, long receivedNs, long sentNs)
    {
        var packet = new ByteText().U8(leapVersionMode, stratum, 6, 0xec).Zeros(8);
        packet.U8(stratum == 0 ? [0, 0, 0, 0] : [192, 0, 2, 1]);
        Time(packet, receivedNs);
        Time(packet, receivedNs);
        Time(packet, receivedNs);
        Time(packet, sentNs);
        return packet.ToArray();
    }

    private static void Time(ByteText packet, long timeNs)
    {
        if (timeNs == 0) packet.Zeros(8);
        else packet.U32((uint)((timeNs / 1_000_000_000) + SecondsFrom1900To1970))
            .U32((uint)(((timeNs % 1_000_000_000) << 32) / 1_000_000_000));
    }
}
