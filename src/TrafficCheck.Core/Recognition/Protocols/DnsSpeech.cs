using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>
/// DNS and its relatives, which share the header of RFC 1035: multicast DNS (RFC 6762), LLMNR (RFC 4795), NetBIOS names (RFC 1002). A message
/// counts when its counts, flags and first name are sound; no compression pointer is followed.
/// </summary>
internal static class DnsSpeech
{
    private const int Header = 12, MaxRecords = 4096;

    public static RecognizedApplication ReadDatagram(ReadOnlySpan<byte> p, ushort source, ushort destination) => Read(p, source, destination, overTcp: false);

    /// <summary>A message behind its length of two bytes (RFC 1035 section 4.2.2).</summary>
    public static RecognizedApplication ReadStream(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        int length = PayloadBytes.U16(p, 0);
        if (length < Header) return default;
        return Read(p.Slice(2, Math.Min(length, p.Length - 2)), source, destination, overTcp: true);
    }

    private static RecognizedApplication Read(ReadOnlySpan<byte> p, ushort source, ushort destination, bool overTcp)
    {
        if (p.Length < Header + 1) return default;
        int flags = PayloadBytes.U16(p, 2), questions = PayloadBytes.U16(p, 4), answers = PayloadBytes.U16(p, 6), authority = PayloadBytes.U16(p, 8), additional = PayloadBytes.U16(p, 10);
        bool response = (flags & 0x8000) != 0;
        int operation = (flags >> 11) & 15, code = flags & 15;
        if (questions > 64 || answers > MaxRecords || authority > MaxRecords || additional > MaxRecords || questions + answers == 0) return default;
        // Requests have no result; answers only where a multicast query says what it knows already, or a notification hints.
        if (!response && (code != 0 || (answers > 1 && operation != 5 && !Other(source, destination, 5353)))) return default;
        if (questions == 0 && !response && operation is not (5 or 6)) return default;

        int at = Header;
        bool isNetbios = IsNetbiosName(p);
        if (!isNetbios && operation is not (0 or 1 or 2 or 4 or 5)) return default;
        if (!TryName(p, ref at, out bool cut, out int labels, out bool isLocal)) return cut && questions == 1 && p.Length > Header + 2 ? Fits(Plain(source, destination), Role(response)) : default;
        int type = PayloadBytes.U16(p, at), kind = PayloadBytes.U16(p, at + 2);
        if (kind < 0) return questions == 1 ? Fits(Plain(source, destination), Role(response)) : default;
        if (type == 0 || (kind & 0x7fff) is not (1 or 3 or 4 or 254 or 255)) return default;
        if (labels == 0 && questions == 0 && type != 41) return default;

        if (isNetbios && type is 0x20 or 0x21) return Sure(Application.Nbns, Role(response));
        bool multicast = (kind & 0x8000) != 0 || questions > 1 || (questions == 0 && operation == 0) || isLocal || (!response && answers > 0);
        if (!overTcp && Other(source, destination, 5353) && (multicast || source == destination || destination == 5353))
            return Sure(Application.Mdns, source == destination ? SenderRole.Unknown : Role(response));
        if (Other(source, destination, 5355)) return Sure(Application.Llmnr, Role(response));
        // A class with its top bit set is mDNS on whatever port; in unicast DNS it does not exist.
        if ((kind & 0x8000) != 0) return overTcp ? default : Fits(Application.Mdns, Role(response));

        // More than one question is asked over multicast only (RFC 9619).
        return questions > 1 ? Fits(Application.Dns, Role(response)) : Sure(Application.Dns, Role(response));
    }

    private static SenderRole Role(bool response) => response ? SenderRole.Server : SenderRole.Client;

    private static Application Plain(ushort source, ushort destination) =>
        Other(source, destination, 5353) ? Application.Mdns : Other(source, destination, 5355) ? Application.Llmnr
        : Other(source, destination, 137) ? Application.Nbns : Application.Dns;

    /// <summary>Whether one end uses the relative's port and the other is not DNS proper: a resolver may well ask from port 5353.</summary>
    private static bool Other(ushort source, ushort destination, ushort port) =>
        (source == port || destination == port) && source != 53 && destination != 53;

    /// <summary>RFC 1001 section 14.1: sixteen bytes as thirty-two letters A to P in one label.</summary>
    private static bool IsNetbiosName(ReadOnlySpan<byte> p) =>
        p.Length > Header + 32 && p[Header] == 32 && p.Slice(Header + 1, 32).IndexOfAnyExceptInRange((byte)'A', (byte)'P') < 0;

    /// <summary>Walks a name without pointers. False when it is not one; <paramref name="cut"/> when the payload ends in it.</summary>
    private static bool TryName(ReadOnlySpan<byte> p, ref int at, out bool cut, out int labels, out bool isLocal)
    {
        cut = false;
        isLocal = false;
        int start = at;
        for (labels = 0; ; labels++)
        {
            int length = PayloadBytes.At(p, at);
            cut = length < 0 || (length > 0 && length < 64 && at + length >= p.Length);
            if (cut || length > 63 || at - start + length > 254) return false;
            if (length == 0) break;
            isLocal = length == 5 && PayloadBytes.Begins(p[(at + 1)..], "local"u8);
            at += length + 1;
        }

        at++;
        return true;
    }
}
