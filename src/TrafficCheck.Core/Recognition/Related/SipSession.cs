using System.Text;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>
/// Media that a SIP message announces in its SDP body (RFC 3261, 4566, 3605, 5761). Each side announces where it wants to receive; who sends
/// first is open, and media may come from another host than the signalling. Ask the table for both readings of a flow.
/// </summary>
public static class SipSession
{
    /// <summary>Port pairs of one medium: layered codings use a few, a million is an attack.</summary>
    private const int MaxPairs = 4;

    private const int MaxFirstLine = 1024;

    /// <param name="message">A datagram, or bytes of a stream that begin with a message; others may follow it (<see cref="RelatedReading.Length"/>).</param>
    /// <param name="found">Room for expectations: two for each medium.</param>
    public static RelatedReading Read(ReadOnlySpan<byte> message, in ControlFlow control, Span<Expectation> found)
    {
        var announced = new Announcements(found);

        // Keep-alives are empty lines before a message (RFC 5626 section 4.4.1).
        var lines = new TextLines(message.TrimStart("\r\n"u8));
        bool isStream = control.Transport == Announcements.Tcp;
        if (!lines.MoveNext()) return announced.Reading with { Length = message.Length };
        if (!(lines.Current.StartsWith("SIP/2.0 "u8) || lines.Current.EndsWith(" SIP/2.0"u8)))
        {
            if (isStream && !lines.Ended && MayBegin(lines.Current)) announced.Notes |= RelatedNotes.Incomplete;
            return announced.Reading;
        }

        int contentLength = -1;
        bool sdp = false, headersEnded = false;
        while (!headersEnded && lines.MoveNext())
        {
            ReadOnlySpan<byte> line = lines.Current;
            headersEnded = lines.Ended && line.IsEmpty;
            if (Header(line, "Content-Length"u8, "l"u8) is { IsEmpty: false } length)
            {
                if (AnnouncedText.TryTakeNumber(ref length, ushort.MaxValue, out int value)) contentLength = value;
            }
            else if (Header(line, "Content-Type"u8, "c"u8) is { IsEmpty: false } type)
            {
                sdp |= AnnouncedText.StartsWithWord(type, "application/sdp"u8) || AnnouncedText.StartsWithWord(type, "multipart/"u8);
            }
        }

        if (!headersEnded)
        {
            announced.Notes |= RelatedNotes.Incomplete;
            return announced.Reading;
        }

        ReadOnlySpan<byte> body = lines.Rest;
        int head = message.Length - body.Length;
        if (!sdp)
        {
            if (contentLength > body.Length && isStream) announced.Notes |= RelatedNotes.Incomplete;
            return announced.Reading with { Length = contentLength > body.Length ? 0 : head + Math.Max(0, contentLength) };
        }

        bool whole = contentLength >= 0 && contentLength <= body.Length;
        if (whole) body = body[..contentLength];
        else announced.Notes |= RelatedNotes.Incomplete;
        ReadBody(body, whole, control, ref announced);
        return announced.Reading with { Length = whole ? head + contentLength : 0 };
    }

    /// <summary>Whether the first line of a request may go on behind these bytes: a method, and what follows it.</summary>
    private static bool MayBegin(ReadOnlySpan<byte> line)
    {
        int method = line.IndexOf((byte)' ');
        return line.Length < MaxFirstLine && (method < 0 ? line : line[..method]).IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0 && method != 0;
    }

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, ReadOnlySpan<byte> compact)
    {
        int colon = line.IndexOf((byte)':');
        if (colon < 0) return default;
        ReadOnlySpan<byte> key = line[..colon].TrimEnd(" \t"u8);
        return Ascii.EqualsIgnoreCase(key, name) || Ascii.EqualsIgnoreCase(key, compact) ? line[(colon + 1)..].Trim(" \t"u8) : default;
    }

    private static void ReadBody(ReadOnlySpan<byte> body, bool whole, in ControlFlow control, ref Announcements announced)
    {
        IpAddress? session = null;
        Medium? medium = null;
        var lines = new TextLines(body);
        while (lines.MoveNext() && (lines.Ended || whole))
        {
            ReadOnlySpan<byte> line = lines.Current;
            if (line.Length < 2 || line[1] != '=') continue;
            ReadOnlySpan<byte> value = line[2..];
            if (line[0] == 'm')
            {
                Announce(medium, session, control, ref announced);
                medium = ReadMedium(value);
            }
            else if (line[0] == 'c')
            {
                IpAddress? address = ReadConnection(value);
                if (address is null) announced.Notes |= RelatedNotes.Refused;
                if (medium is { } m) medium = m with { Address = address, HasAddress = true };
                else session = address;
            }
            else if (line[0] == 'a' && medium is { } m)
            {
                medium = ReadAttribute(m, value);
            }
        }

        Announce(medium, session, control, ref announced);
    }

    private static Medium? ReadMedium(ReadOnlySpan<byte> value)
    {
        int space = value.IndexOf((byte)' ');
        if (space < 0) return null;
        value = value[(space + 1)..];
        if (!AnnouncedText.TryTakeNumber(ref value, ushort.MaxValue, out int port)) return null;
        int pairs = 1;
        if (AnnouncedText.TryTake(ref value, (byte)'/'))
        {
            // More digits than a port has: too many all the same.
            if (!AnnouncedText.TryTakeNumber(ref value, ushort.MaxValue, out pairs)) pairs = int.MaxValue;
            int more = value.IndexOf((byte)' ');
            value = more < 0 ? default : value[more..];
        }

        if (!AnnouncedText.TryTake(ref value, (byte)' ')) return null;
        int end = value.IndexOf((byte)' ');
        ReadOnlySpan<byte> protocol = end < 0 ? value : value[..end];
        return new Medium
        {
            Port = port,
            Pairs = pairs,
            Transport = AnnouncedText.StartsWithWord(protocol, "TCP"u8) ? Announcements.Tcp : Announcements.Udp,
            IsRtp = protocol.IndexOf("RTP/"u8) >= 0,
        };
    }

    private static Medium ReadAttribute(Medium medium, ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("rtcp-mux"u8)) return medium with { Multiplexed = true };
        if (!value.StartsWith("rtcp:"u8)) return medium;
        value = value[5..];
        if (!AnnouncedText.TryTakeNumber(ref value, ushort.MaxValue, out int port)) return medium;
        return medium with { ControlPort = port, ControlAddress = AnnouncedText.TryTake(ref value, (byte)' ') ? ReadConnection(value) : null };
    }

    /// <summary><c>IN IP4 192.0.2.7</c>; multicast has a <c>/ttl</c> behind and is no host.</summary>
    private static IpAddress? ReadConnection(ReadOnlySpan<byte> value)
    {
        bool ipv4 = value.StartsWith("IN IP4 "u8);
        if (!ipv4 && !value.StartsWith("IN IP6 "u8)) return null;
        return AnnouncedText.TryReadAddress(value[7..].Trim((byte)' '), ipv4, out IpAddress address) ? address : null;
    }

    private static void Announce(Medium? announcedMedium, IpAddress? session, in ControlFlow control, ref Announcements announced)
    {
        // Port 0 declines a medium.
        if (announcedMedium is not { Port: > 0 } medium) return;
        if ((medium.HasAddress ? medium.Address : session) is not { } address) return;
        if (medium.Pairs > MaxPairs) announced.Notes |= RelatedNotes.TooMany;
        long expires = Announcements.Until(control.TimeNs, Announcements.SipNs);
        int step = medium.IsRtp ? 2 : 1;
        for (int i = 0; i < Math.Min(medium.Pairs, MaxPairs); i++)
        {
            int port = medium.Port + (i * step);
            if (port > ushort.MaxValue) return;
            announced.Add(new(
                medium.Transport, null, address, (ushort)port, medium.IsRtp ? ExpectationKind.SipRtp : ExpectationKind.SipMedia, expires, control.Frame));
            if (!medium.IsRtp || medium.Multiplexed) continue;
            int controlPort = medium.ControlPort > 0 ? medium.ControlPort + (i * step) : port + 1;
            if (controlPort > ushort.MaxValue) return;
            announced.Add(new(medium.Transport, null, medium.ControlAddress ?? address, (ushort)controlPort, ExpectationKind.SipRtcp, expires, control.Frame));
        }
    }

    private readonly record struct Medium
    {
        public int Port { get; init; }

        public int Pairs { get; init; }

        public int ControlPort { get; init; }

        public byte Transport { get; init; }

        public bool IsRtp { get; init; }

        public bool Multiplexed { get; init; }

        public bool HasAddress { get; init; }

        public IpAddress? Address { get; init; }

        public IpAddress? ControlAddress { get; init; }
    }
}
