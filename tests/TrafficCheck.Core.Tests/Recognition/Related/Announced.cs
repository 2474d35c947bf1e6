using System.Text;
using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Related;

/// <summary>One control flow, 10.0.0.5:40000 to 192.0.2.7, and what its packets announce as text.</summary>
internal static class Announced
{
    public const long Second = 1_000_000_000;

    public static readonly IpAddress Client = IpAddress.V4(0x0a000005), Server = IpAddress.V4(0xc0000207);

    public static ControlFlow Control(ushort serverPort = 21, byte transport = 6, long timeNs = 0) => new(Client, 40000, Server, serverPort, transport, timeNs, 9);

    public static string FtpClient(string text, ControlFlow? control = null) =>
        Of(found => FtpControl.ReadClient(Encoding.Latin1.GetBytes(text), control ?? Control(), found));

    public static string FtpServer(string text, ControlFlow? control = null) =>
        Of(found => FtpControl.ReadServer(Encoding.Latin1.GetBytes(text), control ?? Control(), found));

    public static string Tftp(byte[] datagram) => Of(found => TftpRequest.Read(datagram, Control(69, 17), found));

    public static string Sip(string text) => Of(found => SipSession.Read(Encoding.Latin1.GetBytes(text), Control(5060, 17), found));

    public static string Mapper(ReadOnlySpan<byte> pdu)
    {
        byte[] bytes = pdu.ToArray();
        return Of(found => EndpointMapper.Read(bytes, Control(135), found));
    }

    /// <summary>Expectations and notes, one after the other: <c>tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive other; Incomplete</c>.</summary>
    public static string Of(Reader read)
    {
        var found = new Expectation[16];
        RelatedReading reading = read(found);
        var words = found.Take(reading.Found).Select(Words).ToList();
        if (reading.Notes != RelatedNotes.None) words.Add(reading.Notes.ToString());
        return string.Join("; ", words);
    }

    public static string Words(Expectation e) =>
        $"{(e.Transport == 6 ? "tcp" : "udp")} {e.InitiatorAddress?.ToString() ?? "any"} > {e.ResponderAddress}:{e.ResponderPort} {e.Kind}{(e.OtherAddress ? " other" : "")}";

    public delegate RelatedReading Reader(Span<Expectation> found);
}
