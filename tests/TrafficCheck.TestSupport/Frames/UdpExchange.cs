using System.Text;

namespace TrafficCheck.TestSupport.Frames;

/// <summary>Datagrams between two UDP endpoints as timed frames.</summary>
public sealed class UdpExchange : ConversationScript<UdpExchange>
{
    /// <param name="startNs">Time of the first frame, nanoseconds since 1970.</param>
    public UdpExchange(string client, ushort clientPort, string server, ushort serverPort, long startNs, LinkFraming? link = null)
        : base(client, clientPort, server, serverPort, startNs, link)
    {
    }

    public UdpExchange ClientSends(ReadOnlySpan<byte> data) => Sends(true, data);

    /// <summary>Text of one byte a character (Latin-1).</summary>
    public UdpExchange ClientSends(string text) => Sends(true, Encoding.Latin1.GetBytes(text));

    public UdpExchange ServerSends(ReadOnlySpan<byte> data) => Sends(false, data);

    /// <inheritdoc cref="ClientSends(string)"/>
    public UdpExchange ServerSends(string text) => Sends(false, Encoding.Latin1.GetBytes(text));

    private UdpExchange Sends(bool fromClient, ReadOnlySpan<byte> data)
    {
        ushort source = fromClient ? ClientPort : ServerPort;
        ushort destination = fromClient ? ServerPort : ClientPort;
        Emit(fromClient, Ip(fromClient).Udp(source, destination).Payload(data));
        return this;
    }
}
