namespace TrafficCheck.Core.Wire;

/// <summary>Packet radio (AX.25) and IEEE 802.15.4, as far as IP packets stand in them as they are.</summary>
public static unsafe partial class FrameDecoder
{
    /// <summary>
    /// AX.25 2.2 clause 3: two to ten addresses of seven bytes, of which the last has bit 0 of its last byte set, control, and for frames with
    /// information a protocol. Control is one byte here: whether a connection numbers modulo 128 stands in no frame of it.
    /// </summary>
    private static DecodeStatus DecodeAx25(byte* at, byte* end, ref PacketSummary packet)
    {
        const int Address = 7, MostAddresses = 10;
        const byte CompressedTcp = 6, UncompressedTcp = 7, Segment = 8, InternetProtocol = 0xcc, AddressResolution = 0xcd;
        int addresses = 0;
        do
        {
            if (end - at < Address || addresses == MostAddresses) return DecodeStatus.LinkHeaderCut;
            addresses++;
            at += Address;
        }
        while ((at[-1] & 1) == 0);

        if (addresses < 2 || at >= end) return DecodeStatus.LinkHeaderCut;
        byte control = *at++;
        if ((control & 1) != 0 && (control & 0xef) != 3) return DecodeStatus.Ax25; // neither numbered nor unnumbered information
        if (at >= end) return DecodeStatus.LinkHeaderCut;
        return *at++ switch
        {
            InternetProtocol => DecodeIpv4(at, (int)(end - at), ref packet),
            AddressResolution => DecodeStatus.Arp,
            CompressedTcp or UncompressedTcp or Segment => DecodeStatus.Ax25Unread,
            _ => DecodeStatus.Ax25,
        };
    }

    /// <summary>A byte of the protocol to the modem stands first: port and command, of which 0 is data.</summary>
    private static DecodeStatus DecodeAx25Kiss(byte* at, byte* end, ref PacketSummary packet) =>
        (*at & 0x0f) != 0 ? DecodeStatus.Ax25 : DecodeAx25(at + 1, end, ref packet);

    /// <summary>Linux hands up what came from the modem with that byte; no call sign begins with 0.</summary>
    private static DecodeStatus DecodeAx25Cooked(byte* at, byte* end, ref PacketSummary packet) =>
        DecodeAx25(at < end && *at == 0 ? at + 1 : at, end, ref packet);

    /// <summary>
    /// IEEE 802.15.4-2011 clause 5.2: frame control, sequence number, addresses. RFC 4944: a dispatch byte says whether an IPv6 packet stands behind
    /// it as it is; compressed ones (RFC 6282) have addresses that stand nowhere in the frame, and parts of packets need reassembly.
    /// </summary>
    /// <param name="trailer">Bytes of the frame check sequence that the link type promises.</param>
    private static DecodeStatus DecodeIeee802154(byte* at, byte* end, int trailer, ref PacketSummary packet)
    {
        const int Data = 1;
        const byte PlainIpv6 = 0x41;
        if (end - at < 3) return DecodeStatus.LinkHeaderCut;
        int control = U16Le(at), type = control & 7, version = (control >> 12) & 3, to = (control >> 10) & 3, from = control >> 14;
        if (type is 0 or 2 or 3) return DecodeStatus.Ieee802154; // beacon, acknowledgement, command
        if (type != Data || version > 1 || (control & 8) != 0 || to == 1 || from == 1) return DecodeStatus.Ieee802154Unread;
        int header = 3 + AddressOf154(to, hasNetwork: true) + AddressOf154(from, hasNetwork: (control & 0x40) == 0 || to == 0);
        if (end - at < header) return DecodeStatus.LinkHeaderCut;
        at += header;
        if (end - at <= trailer) return DecodeStatus.Ieee802154;
        return *at == PlainIpv6 ? DecodeIpv6(at + 1, (int)(end - at) - 1, ref packet)
            : IsSixLowpan(*at) ? DecodeStatus.SixLowpan
            : DecodeStatus.Ieee802154;
    }

    /// <summary>Type-length-values about the radio stand before the frame; their length in all is in bytes 2 and 3.</summary>
    private static DecodeStatus DecodeIeee802154Tap(byte* at, byte* end, ref PacketSummary packet)
    {
        if (end - at < 4) return DecodeStatus.LinkHeaderCut;
        int header = U16Le(at + 2);
        return header < 4 || header > end - at ? DecodeStatus.LinkHeaderCut : DecodeIeee802154(at + header, end, 0, ref packet);
    }

    /// <summary>Bytes of an address field by its mode: none, reserved, short, extended.</summary>
    internal static int AddressOf154(int mode, bool hasNetwork) => mode == 0 ? 0 : (hasNetwork ? 2 : 0) + (mode == 2 ? 2 : 8);

    /// <summary>Dispatch values of RFC 4944 and 6282: compressed headers, broadcast, mesh, first and further parts.</summary>
    internal static bool IsSixLowpan(byte dispatch) =>
        dispatch is 0x42 or 0x50 || dispatch >> 5 == 3 || dispatch >> 6 == 2 || dispatch >> 3 is 0x18 or 0x1c;
}
