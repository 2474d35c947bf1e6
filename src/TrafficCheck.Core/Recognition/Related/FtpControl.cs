using System.Text;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>
/// Announcements of data connections on an FTP control connection (RFC 959, 2428, 4217). A line that is split over segments is noted, not
/// guessed: half a port is another port.
/// </summary>
public static class FtpControl
{
    /// <summary>No announcement is longer; a longer line is read as far as this.</summary>
    private const int MaxLine = 512;

    /// <summary>What the client sent: PORT, EPRT, AUTH TLS.</summary>
    /// <param name="found">Room for expectations; one is enough for traffic that is meant well.</param>
    public static RelatedReading ReadClient(ReadOnlySpan<byte> segment, in ControlFlow control, Span<Expectation> found)
    {
        var announced = new Announcements(found);
        var lines = new TextLines(segment);
        while (lines.MoveNext())
        {
            if (!lines.Ended)
            {
                announced.Notes |= RelatedNotes.Incomplete;
                break;
            }

            ReadOnlySpan<byte> line = lines.Current[..Math.Min(lines.Current.Length, MaxLine)];
            if (AnnouncedText.StartsWithWord(line, "PORT "u8)) ReadPort(line[5..].TrimStart((byte)' '), control, ref announced);
            else if (AnnouncedText.StartsWithWord(line, "EPRT "u8)) ReadEprt(line[5..].TrimStart((byte)' '), control, ref announced);
            else if (AnnouncedText.StartsWithWord(line, "AUTH "u8) && IsTls(line[5..].Trim((byte)' '))) announced.Notes |= RelatedNotes.TlsRequested;
        }

        return announced.Reading;
    }

    /// <summary>What the server sent: replies 227, 229, 234.</summary>
    /// <param name="found">Room for expectations: two for a server behind NAT.</param>
    public static RelatedReading ReadServer(ReadOnlySpan<byte> segment, in ControlFlow control, Span<Expectation> found)
    {
        var announced = new Announcements(found);
        var lines = new TextLines(segment);
        while (lines.MoveNext())
        {
            ReadOnlySpan<byte> line = lines.Current[..Math.Min(lines.Current.Length, MaxLine)];
            if (!lines.Ended)
            {
                announced.Notes |= RelatedNotes.Incomplete;
                break;
            }

            if (line.StartsWith("227 "u8)) Read227(line[4..], control, ref announced);
            else if (line.StartsWith("229 "u8)) Read229(line[4..], control, ref announced);
            else if (line.StartsWith("234 "u8)) announced.Notes |= RelatedNotes.TlsAccepted;
        }

        return announced.Reading;
    }

    private static bool IsTls(ReadOnlySpan<byte> mechanism) =>
        Ascii.EqualsIgnoreCase(mechanism, "TLS"u8) || Ascii.EqualsIgnoreCase(mechanism, "SSL"u8)
        || Ascii.EqualsIgnoreCase(mechanism, "TLS-C"u8) || Ascii.EqualsIgnoreCase(mechanism, "TLS-P"u8);

    private static void ReadPort(ReadOnlySpan<byte> text, in ControlFlow control, ref Announcements announced)
    {
        Span<byte> bytes = stackalloc byte[6];
        if (AnnouncedText.TryTakeBytes(ref text, (byte)',', bytes) && text.Trim((byte)' ').IsEmpty)
            AddActive(AnnouncedText.V4(bytes), (bytes[4] << 8) | bytes[5], control, ref announced);
        else announced.Notes |= RelatedNotes.Refused;
    }

    private static void ReadEprt(ReadOnlySpan<byte> text, in ControlFlow control, ref Announcements announced)
    {
        ReadOnlySpan<byte> rest = text;
        if (!rest.IsEmpty && rest[0] is > 32 and < 127)
        {
            byte delimiter = rest[0];
            rest = rest[1..];
            if (AnnouncedText.TryTakeNumber(ref rest, 2, out int family) && family > 0 && AnnouncedText.TryTake(ref rest, delimiter)
                && rest.IndexOf(delimiter) is > 0 and int end && AnnouncedText.TryReadAddress(rest[..end], family == 1, out IpAddress address))
            {
                rest = rest[(end + 1)..];
                if (AnnouncedText.TryTakeNumber(ref rest, ushort.MaxValue, out int port) && AnnouncedText.TryTake(ref rest, delimiter))
                {
                    AddActive(address, port, control, ref announced);
                    return;
                }
            }
        }

        announced.Notes |= RelatedNotes.Refused;
    }

    /// <summary>
    /// A client may announce another address than it has here, behind NAT or to make the server connect to a third host (RFC 2577 section 3): the
    /// data connection belongs to this control connection only when it goes to the same client.
    /// </summary>
    private static void AddActive(IpAddress address, int port, in ControlFlow control, ref Announcements announced)
    {
        if (port < Announcements.FirstDynamicPort)
        {
            announced.Notes |= RelatedNotes.Refused;
            return;
        }

        bool other = address != control.Client;
        if (other) announced.Notes |= RelatedNotes.Refused;
        announced.Add(new(
            Announcements.Tcp, control.Server, control.Client, (ushort)port, ExpectationKind.FtpActive,
            Announcements.Until(control.TimeNs, Announcements.FtpNs), control.Frame, other));
    }

    /// <summary>RFC 1123 section 4.1.2.6: the text around the numbers is free, so the first six numbers with commas between are meant.</summary>
    private static void Read227(ReadOnlySpan<byte> text, in ControlFlow control, ref Announcements announced)
    {
        Span<byte> bytes = stackalloc byte[6];
        while (text.IndexOfAnyInRange((byte)'0', (byte)'9') is >= 0 and int start)
        {
            text = text[start..];
            ReadOnlySpan<byte> rest = text;
            if (AnnouncedText.TryTakeBytes(ref rest, (byte)',', bytes))
            {
                AddPassive(AnnouncedText.V4(bytes), (bytes[4] << 8) | bytes[5], control, ref announced);
                return;
            }

            int digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits < 0) break;
            text = text[digits..];
        }

        announced.Notes |= RelatedNotes.Refused;
    }

    private static void Read229(ReadOnlySpan<byte> text, in ControlFlow control, ref Announcements announced)
    {
        int open = text.IndexOf((byte)'(');
        ReadOnlySpan<byte> rest = text[(open + 1)..];
        if (open >= 0 && rest.Length > 4 && rest[0] is > 32 and < 127 && rest[1] == rest[0] && rest[2] == rest[0])
        {
            byte delimiter = rest[0];
            rest = rest[3..];
            if (AnnouncedText.TryTakeNumber(ref rest, ushort.MaxValue, out int port) && AnnouncedText.TryTake(ref rest, delimiter))
            {
                AddPassive(control.Server, port, control, ref announced);
                return;
            }
        }

        announced.Notes |= RelatedNotes.Refused;
    }

    /// <summary>A server behind NAT may announce its inner address; the client goes where it can. Both are kept.</summary>
    private static void AddPassive(IpAddress address, int port, in ControlFlow control, ref Announcements announced)
    {
        if (port < Announcements.FirstDynamicPort)
        {
            announced.Notes |= RelatedNotes.Refused;
            return;
        }

        bool other = address != control.Server;
        var expected = new Expectation(
            Announcements.Tcp, control.Client, control.Server, (ushort)port, ExpectationKind.FtpPassive,
            Announcements.Until(control.TimeNs, Announcements.FtpNs), control.Frame, other);
        announced.Add(expected);
        if (other) announced.Add(expected with { ResponderAddress = address });
    }
}
