using System.Buffers.Binary;
using System.Net;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>What the variations need of an untagged Ethernet frame with IPv4 and TCP or UDP.</summary>
internal readonly record struct FrameHeaders(byte Transport, (string Address, ushort Port) Source, (string Address, ushort Port) Destination, TcpFlags Flags, int PayloadLength)
{
    public const int Ip = 14;

    public static FrameHeaders Of(TimedFrame frame)
    {
        ReadOnlySpan<byte> ip = frame.Bytes.AsSpan(Ip);
        int header = (ip[0] & 15) * 4, length = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        ReadOnlySpan<byte> transport = ip[header..];
        int transportHeader = ip[9] == 6 ? (transport[12] >> 4) * 4 : 8;
        return new(
            ip[9], (new IPAddress(ip[12..16]).ToString(), BinaryPrimitives.ReadUInt16BigEndian(transport)),
            (new IPAddress(ip[16..20]).ToString(), BinaryPrimitives.ReadUInt16BigEndian(transport[2..])),
            ip[9] == 6 ? (TcpFlags)transport[13] : TcpFlags.None, length - header - transportHeader);
    }

    public bool IsSyn => (Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;

    public bool IsSynAck => (Flags & (TcpFlags.Syn | TcpFlags.Ack)) == (TcpFlags.Syn | TcpFlags.Ack);
}
