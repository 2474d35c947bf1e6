using System.Net;
using System.Text;

namespace TrafficCheck.SampleGenerator.Payloads;

/// <summary>DNS messages (RFC 1035) without name compression.</summary>
internal static class Dns
{
    public const ushort A = 1;
    public const ushort Aaaa = 28;
    public const ushort Txt = 16;
    private const ushort Cname = 5;

    public static byte[] Query(ushort id, string name, ushort type = A) =>
        new ByteText().U16(id, 0x0100, 1, 0, 0, 0).U8(Name(name)).U16(type, 1).ToArray();

    /// <param name="answers">Addresses, or names for aliases (CNAME); an alias renames what follows it.</param>
    public static byte[] Answer(ushort id, string name, ushort type, params ReadOnlySpan<string> answers)
    {
        var message = new ByteText().U16(id, 0x8180, 1, (ushort)answers.Length, 0, 0).U8(Name(name)).U16(type, 1);
        string owner = name;
        foreach (string answer in answers)
        {
            if (type == Txt)
            {
                message.U8(Name(owner)).U16(Txt, 1).U32(300).Sized16([(byte)answer.Length, .. Encoding.ASCII.GetBytes(answer)]);
            }
            else if (IPAddress.TryParse(answer, out IPAddress? address))
            {
                message.U8(Name(owner)).U16(type, 1).U32(300).Sized16(address.GetAddressBytes());
            }
            else
            {
                message.U8(Name(owner)).U16(Cname, 1).U32(300).Sized16(Name(answer));
                owner = answer;
            }
        }
        return message.ToArray();
    }

    /// <summary>NXDOMAIN.</summary>
    public static byte[] NoSuchName(ushort id, string name, ushort type = A) =>
        new ByteText().U16(id, 0x8183, 1, 0, 0, 0).U8(Name(name)).U16(type, 1).ToArray();

    /// <summary>An answer that did not fit: the client asks again over TCP.</summary>
    public static byte[] Truncated(ushort id, string name, ushort type) =>
        new ByteText().U16(id, 0x8380, 1, 0, 0, 0).U8(Name(name)).U16(type, 1).ToArray();

    /// <summary>A message behind its length, as DNS over TCP sends it.</summary>
    public static byte[] OverTcp(byte[] message) => new ByteText().Sized16(message).ToArray();

    private static byte[] Name(string name)
    {
        var bytes = new ByteText();
        foreach (string label in name.Split('.')) bytes.U8((byte)label.Length).Ascii(label);
        return bytes.U8(0).ToArray();
    }
}
