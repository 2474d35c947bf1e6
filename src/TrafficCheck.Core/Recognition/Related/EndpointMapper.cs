using System.Buffers.Binary;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>
/// Ports that the endpoint mapper of Microsoft RPC gives in its reply to ept_map (C706 appendices I and O, MS-RPCE 2.2.1.2; NDR and NDR64, both
/// byte orders). The reply does not say which call it answers; only one with the whole form of ept_map's is read, and encrypted ones cannot be.
/// </summary>
public static class EndpointMapper
{
    private const int TypeAt = 2, FlagsAt = 3, OrderAt = 4, FragmentLengthAt = 8, AuthLengthAt = 10, Header = 24, AuthHeader = 8;
    private const byte Version5 = 5, Response = 2, FirstFragment = 1, LastFragment = 2;
    private const int ContextHandle = 20, MaxTowers = 1024;

    /// <summary>Identifiers of tower floors (C706 appendix I).</summary>
    private const byte Connectionless = 0x0a, ConnectionOriented = 0x0b, Tcp = 0x07, Udp = 0x08, IpFloor = 0x09;

    /// <param name="segment">From the server, beginning with a PDU.</param>
    /// <param name="found">Room for expectations.</param>
    public static RelatedReading Read(ReadOnlySpan<byte> segment, in ControlFlow control, Span<Expectation> found)
    {
        var announced = new Announcements(found);
        while (segment.Length >= Header && segment[0] == Version5 && segment[1] <= 1)
        {
            bool little = (segment[OrderAt] & 0xf0) == 0x10;
            int length = U16(segment[FragmentLengthAt..], little), auth = U16(segment[AuthLengthAt..], little);
            if (length < Header) break;
            ReadOnlySpan<byte> pdu = segment[..Math.Min(length, segment.Length)];
            if (pdu.Length < length || (segment[TypeAt] == Response && (segment[FlagsAt] & LastFragment) == 0)) announced.Notes |= RelatedNotes.Incomplete;
            if (segment[TypeAt] == Response && (segment[FlagsAt] & FirstFragment) != 0)
            {
                int end = length - (auth > 0 ? auth + AuthHeader : 0);
                if (end > Header)
                {
                    ReadOnlySpan<byte> stub = pdu[Header..Math.Min(end, pdu.Length)];
                    if (!ReadTowers(stub, 4, little, control, ref announced)) ReadTowers(stub, 8, little, control, ref announced);
                }
            }

            segment = segment[pdu.Length..];
        }

        return announced.Reading;
    }

    /// <param name="width">Bytes of a count or pointer: 4 in NDR, 8 in NDR64.</param>
    /// <returns>False when the array of towers does not have that form.</returns>
    private static bool ReadTowers(ReadOnlySpan<byte> stub, int width, bool little, in ControlFlow control, ref Announcements announced)
    {
        int at = ContextHandle + 4;
        if (stub.Length < at + (3 * width)) return false;
        uint towers = U32(stub[ContextHandle..], little);
        ulong room = Count(stub[at..], width, little), offset = Count(stub[(at + width)..], width, little);
        ulong actual = Count(stub[(at + (2 * width))..], width, little);
        if (towers == 0 || actual != towers || offset != 0 || actual > room) return false;
        if (towers > MaxTowers)
        {
            announced.Notes |= RelatedNotes.TooMany;
            return false;
        }

        at += 3 * width;
        ReadOnlySpan<byte> pointers = stub[at..];
        at += (int)towers * width;
        for (int i = 0; i < (int)towers; i++)
        {
            if ((i + 1) * width > pointers.Length) return true;
            if (Count(pointers[(i * width)..], width, little) == 0) continue;
            at = (at + width - 1) & -width;
            if (at + width + 4 > stub.Length) return true;
            ulong octets = Count(stub[at..], width, little);
            if (octets != U32(stub[(at + width)..], little)) return false;
            at += width + 4;
            if (octets > (ulong)(stub.Length - at)) return true;
            ReadTower(stub.Slice(at, (int)octets), control, ref announced);
            at += (int)octets;
        }

        return true;
    }

    /// <summary>Floors from the interface down to the address; the numbers of floors are little-endian whatever the PDU's order.</summary>
    private static void ReadTower(ReadOnlySpan<byte> tower, in ControlFlow control, ref Announcements announced)
    {
        if (tower.Length < 2) return;
        int floors = BinaryPrimitives.ReadUInt16LittleEndian(tower), port = 0;
        tower = tower[2..];
        byte transport = 0, rpc = 0;
        IpAddress? address = null;
        for (; floors > 0; floors--)
        {
            if (!TryTakeSide(ref tower, out ReadOnlySpan<byte> left) || !TryTakeSide(ref tower, out ReadOnlySpan<byte> right) || left.IsEmpty) break;
            switch (left[0])
            {
                case Connectionless or ConnectionOriented:
                    rpc = left[0];
                    break;
                case Tcp or Udp when right.Length == 2:
                    transport = left[0] == Tcp ? Announcements.Tcp : Announcements.Udp;
                    port = BinaryPrimitives.ReadUInt16BigEndian(right);
                    break;
                case IpFloor when right.Length == 4:
                    address = AnnouncedText.V4(right);
                    break;
            }
        }

        if (address is not { } announcedAddress || rpc != (transport == Announcements.Tcp ? ConnectionOriented : Connectionless)) return;
        if (port < Announcements.FirstDynamicPort)
        {
            announced.Notes |= RelatedNotes.Refused;
            return;
        }

        // 0.0.0.0 stands for the server itself; so does any address for a client that reaches it through NAT or IPv6.
        bool other = announcedAddress != control.Server && !AnnouncedText.IsUnspecified(announcedAddress);
        var expected = new Expectation(
            transport, control.Client, control.Server, (ushort)port, ExpectationKind.RpcEndpoint,
            Announcements.Until(control.TimeNs, Announcements.RpcNs), control.Frame, other);
        announced.Add(expected);
        if (other) announced.Add(expected with { ResponderAddress = announcedAddress });
    }

    private static bool TryTakeSide(ref ReadOnlySpan<byte> tower, out ReadOnlySpan<byte> side)
    {
        side = default;
        if (tower.Length < 2) return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(tower);
        if (length > tower.Length - 2) return false;
        side = tower.Slice(2, length);
        tower = tower[(2 + length)..];
        return true;
    }

    private static ulong Count(ReadOnlySpan<byte> bytes, int width, bool little)
    {
        if (width == 4) return U32(bytes, little);
        return little ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private static uint U32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private static int U16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
