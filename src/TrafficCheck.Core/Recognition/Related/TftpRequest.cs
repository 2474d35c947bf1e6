namespace TrafficCheck.Core.Recognition.Related;

/// <summary>
/// Requests of TFTP (RFC 1350, options of RFC 2347). The server answers from a new port to the port that the request came from, so that the
/// flow which follows begins at the server.
/// </summary>
public static class TftpRequest
{
    private const int ReadRequest = 1, WriteRequest = 2;

    /// <param name="datagram">From the client to the server's port 69.</param>
    /// <param name="found">Room for one expectation.</param>
    public static RelatedReading Read(ReadOnlySpan<byte> datagram, in ControlFlow control, Span<Expectation> found)
    {
        var announced = new Announcements(found);
        if (datagram.Length < 4 || datagram[0] != 0 || datagram[1] is not (ReadRequest or WriteRequest)) return announced.Reading;
        ReadOnlySpan<byte> rest = datagram[2..];
        int nameEnd = rest.IndexOf((byte)0);
        if (nameEnd == 0) return announced.Reading;
        ReadOnlySpan<byte> mode = nameEnd < 0 ? default : rest[(nameEnd + 1)..];
        int modeEnd = mode.IndexOf((byte)0);
        if (nameEnd < 0 || modeEnd < 0)
        {
            announced.Notes |= RelatedNotes.Incomplete;
            return announced.Reading;
        }

        mode = mode[..modeEnd];
        if (IsMode(mode, "octet"u8) || IsMode(mode, "netascii"u8) || IsMode(mode, "mail"u8))
        {
            announced.Add(new(
                Announcements.Udp, control.Server, control.Client, control.ClientPort, ExpectationKind.Tftp,
                Announcements.Until(control.TimeNs, Announcements.TftpNs), control.Frame));
        }

        return announced.Reading;
    }

    private static bool IsMode(ReadOnlySpan<byte> mode, ReadOnlySpan<byte> known) => mode.Length == known.Length && AnnouncedText.StartsWithWord(mode, known);
}
