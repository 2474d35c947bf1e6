using System.Globalization;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>AX.25 and IEEE 802.15.4.</summary>
public sealed partial class FrameWalk
{
    private DecodeStatus Ax25(int at, int end)
    {
        const int Address = 7, MostAddresses = 10;
        int start = at, addresses = 0;
        do
        {
            if (end - at < Address || addresses == MostAddresses) return Cut("ax.25", start, end, at - start + Address);
            addresses++;
            at += Address;
        }
        while ((_frame[at - 1] & 1) == 0);

        if (addresses < 2 || at >= end) return Cut("ax.25", start, end, Math.Max(2 * Address, at - start) + 1);
        WalkedLayer layer = Begin("ax.25", start, at - start + 1);
        for (int i = 0; i < addresses; i++) layer.Add(i switch { 0 => "destination", 1 => "source", _ => "repeater" }, start + (i * Address), CallSign(start + (i * Address)));
        byte control = _frame[at];
        layer.Add("control", at++, Hex(control, 2));
        if ((control & 1) != 0 && (control & 0xef) != 3) return DecodeStatus.Ax25;
        if (at >= end) return Cut("pid", at, end, 1);
        byte protocol = _frame[at];
        layer.Length++;
        layer.Add("pid", at++, Hex(protocol, 2));
        switch (protocol)
        {
            case 0xcc: return Ipv4(at, end);
            case 0xcd: return Ends("arp", at, end, DecodeStatus.Arp);
            case 6 or 7 or 8: return Ends(protocol == 8 ? "segment" : "compressed tcp/ip", at, end, DecodeStatus.Ax25Unread);
            default: return DecodeStatus.Ax25;
        }
    }

    private DecodeStatus Ax25Kiss(int at, int end)
    {
        Begin("kiss", at, 1).Add("command", at, Hex(_frame[at], 2));
        return (_frame[at] & 0x0f) != 0 ? DecodeStatus.Ax25 : Ax25(at + 1, end);
    }

    /// <summary>Six letters, each shifted left by one, and a number.</summary>
    private string CallSign(int at)
    {
        Span<char> letters = stackalloc char[6];
        for (int i = 0; i < letters.Length; i++)
        {
            char letter = (char)(_frame[at + i] >> 1);
            letters[i] = char.IsAsciiLetterOrDigit(letter) || letter == ' ' ? letter : '?';
        }

        return string.Create(CultureInfo.InvariantCulture, $"{letters.TrimEnd(' ')}-{(_frame[at + 6] >> 1) & 15}");
    }

    private DecodeStatus Ieee802154(int at, int end, int trailer)
    {
        const int Data = 1;
        if (end - at < 3) return Cut("802.15.4", at, end, 3);
        int control = U16Le(at), type = control & 7, version = (control >> 12) & 3, to = (control >> 10) & 3, from = control >> 14;
        WalkedLayer layer = Begin("802.15.4", at, 3);
        layer.Add("control", at, Hex((uint)control, 4));
        layer.Add("sequence", at + 2, Number(_frame[at + 2]));
        if (type is 0 or 2 or 3)
        {
            layer.Note("no data frame");
            return DecodeStatus.Ieee802154;
        }

        if (type != Data || version > 1 || (control & 8) != 0 || to == 1 || from == 1)
        {
            layer.Note("encrypted, or of a version or type that is not looked into");
            return DecodeStatus.Ieee802154Unread;
        }

        int header = 3 + FrameDecoder.AddressOf154(to, hasNetwork: true) + FrameDecoder.AddressOf154(from, hasNetwork: (control & 0x40) == 0 || to == 0);
        if (end - at < header) return Cut("802.15.4 addresses", at + 3, end, header - 3);
        layer.Length = header;
        at += header;
        if (end - at <= trailer) return DecodeStatus.Ieee802154;
        if (_frame[at] == 0x41)
        {
            Begin("6lowpan", at, 1).Add("dispatch", at, Hex(_frame[at], 2));
            return Ipv6(at + 1, end);
        }

        return FrameDecoder.IsSixLowpan(_frame[at]) ? Ends("6lowpan", at, end, DecodeStatus.SixLowpan) : Ends("payload", at, end, DecodeStatus.Ieee802154);
    }

    private DecodeStatus Ieee802154Tap(int at, int end)
    {
        if (end - at < 4) return Cut("802.15.4 tap", at, end, 4);
        int header = U16Le(at + 2);
        if (header < 4 || header > end - at) return Wrong("802.15.4 tap", at, 4, "its length does not fit into the frame");
        Begin("802.15.4 tap", at, header).Add("length", at + 2, Number(header));
        return Ieee802154(at + header, end, 0);
    }
}
