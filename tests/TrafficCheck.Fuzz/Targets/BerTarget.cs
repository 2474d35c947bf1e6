using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>BER of LDAP, Kerberos and SNMP, with lengths that lie. The first byte of the input chooses transport and ports.</summary>
internal static class BerTarget
{
    private static readonly (byte Transport, ushort Source, ushort Destination)[] s_flows =
        [(6, 40000, 389), (6, 389, 40000), (17, 40000, 389), (6, 40000, 88), (17, 88, 40000), (17, 40000, 161), (17, 162, 40000), (6, 40000, 12345)];

    public static FuzzTarget Target { get; } = new(
        "ber", 512, Run, Seeds, "\u0030\u0084\u007f\u00ff\u00ff\u00ff", "\u0030\u0080", "\u0030\u0088", "\u0030\u00ff", "\u0002\u0001\u0001", "\u0060", "\u0063", "\u0077\u001c", "\u006a\u0082", "\u0004\u0082\u00ff\u00ff", "\u0000");

    private static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2) return;
        var (transport, source, destination) = s_flows[input[0] % s_flows.Length];
        ReadOnlySpan<byte> payload = input[1..];
        RecognizedApplication sure = default;
        for (int length = 0; length <= payload.Length; length = length < 64 ? length + 1 : Math.Max(length + 1, Math.Min(payload.Length, length * 2)))
        {
            ApplicationRecognizer.TryRecognize(payload[..length], transport, source, destination, out RecognizedApplication seen);
            bool other = sure.Application != Application.Unknown && seen.Confidence == RecognitionConfidence.Payload && seen.Application != sure.Application;
            if (other) throw new BrokenPromiseException($"more bytes never contradict what was sure: {sure.Application}, {seen.Application}", $"at {length} bytes");
            if (seen.Confidence == RecognitionConfidence.Payload && seen.Application != Application.Unknown) sure = seen;
        }
    }

    private static IEnumerable<byte[]> Seeds()
    {
        byte[] bind = [0x30, 0x0c, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0], startTls = [0x30, 0x1d, 2, 1, 1, 0x77, 0x18, 0x80, 0x16, .. "1.3.6.1.4.1.1466.20037"u8];
        byte[] snmp = [0x30, 0x26, 2, 1, 1, 4, 6, .. "public"u8, 0xa0, 0x19, 2, 1, 1, 2, 1, 0, 2, 1, 0, 0x30, 0x0e, 0x30, 0x0c, 6, 8, 0x2b, 6, 1, 2, 1, 1, 3, 0, 5, 0];
        byte[][] messages = [bind, startTls, snmp, [0x6a, 0x12, 0x30, 0x10, 0xa1, 3, 2, 1, 5, 0xa2, 3, 2, 1, 10, 0xa3, 0, 0xa4, 0]];
        for (byte flow = 0; flow < s_flows.Length; flow++)
        {
            foreach (byte[] message in messages)
            {
                yield return [flow, .. message];
                foreach (byte[] length in (byte[][])[[0x84, 0x7f, 0xff, 0xff, 0xff], [0x84, 0xff, 0xff, 0xff, 0xff], [0x88, 1, 2, 3, 4, 5, 6, 7, 8], [0x80], [0x83, 0xff, 0xff, 0xff]])
                    yield return [flow, message[0], .. length, .. message[2..]];
            }
        }
    }
}
