namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>SNMPv2c notifications (RFC 3416).</summary>
internal static class Snmp
{
    /// <param name="notification">Last part of a standard notification's identifier: 1 coldStart, 3 linkDown, 4 linkUp.</param>
    public static byte[] Trap(byte requestId, byte notification) => Ber.Sequence(
        Ber.Integer(1),
        Ber.Text("public"),
        Ber.Tlv(0xa7,
            Ber.Integer(requestId),
            Ber.Integer(0),
            Ber.Integer(0),
            Ber.Sequence(
                Ber.Sequence(Ber.Tlv(6, [0x2b, 6, 1, 2, 1, 1, 3, 0]), Ber.Tlv(0x43, [0x01, 0x2c, requestId])),
                Ber.Sequence(
                    Ber.Tlv(6, [0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0]),
                    Ber.Tlv(6, [0x2b, 6, 1, 6, 3, 1, 1, 5, notification])))));
}
