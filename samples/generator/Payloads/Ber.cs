using System.Text;

namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>The few BER encodings that LDAP and SNMP need.</summary>
internal static class Ber
{
    public static byte[] Tlv(byte tag, params ReadOnlySpan<byte[]> contents)
    {
        var all = new ByteText();
        foreach (byte[] content in contents) all.U8(content);
        var head = new ByteText().U8(tag);
        if (all.Length < 128) head.U8((byte)all.Length);
        else head.U8(0x82).U16((ushort)all.Length);
        return head.U8(all.ToArray()).ToArray();
    }

    public static byte[] Sequence(params ReadOnlySpan<byte[]> contents) => Tlv(0x30, contents);

    /// <summary>An integer from 0 to 127.</summary>
    public static byte[] Integer(byte value) => [2, 1, value];

    public static byte[] Enumerated(byte value) => [10, 1, value];

    public static byte[] Text(string text, byte tag = 4) => Tlv(tag, Encoding.ASCII.GetBytes(text));
}
