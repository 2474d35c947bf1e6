using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Reads by which name a client calls the server of a flow: the server name of TLS and QUIC, the host of an HTTP request, also when they are split
/// over segments. What there is to keep is kept apart for each address family, whose tables are flushed at different times.
/// </summary>
internal sealed class NameReader(AllowedMatrix matrix, FlowNotes notes, PeerNaming naming)
{
    private readonly FlowNames[] _names = [new(matrix), new(matrix)];
    private readonly PendingBytes[] _pending = [new(), new()];

    /// <summary>Names whose text was not kept, because there were too many.</summary>
    public long Truncated => _names[0].Truncated + _names[1].Truncated;

    /// <summary>Beginnings of split messages that gave way to others.</summary>
    public long GivenUp => _pending[0].GivenUp + _pending[1].GivenUp;

    /// <summary>The text of a name by the number that a <see cref="FlowNote"/> has; empty when it was not kept.</summary>
    public string Text(uint name) => _names[name & 1][name >> 1];

    /// <summary>Another matrix asks for names from now on.</summary>
    public void Ask(AllowedMatrix asking)
    {
        foreach (FlowNames names in _names) names.Ask(asking);
    }

    /// <param name="numbers">Names that are still needed, as notes have them; the others are forgotten.</param>
    public void Keep(IReadOnlyCollection<uint> numbers)
    {
        for (uint family = 0; family < 2; family++) _names[family].Keep(numbers.Where(n => (n & 1) == family).Select(n => n >> 1).ToHashSet());
    }

    /// <summary>The texts of both families, for another thread.</summary>
    public FlowNames.Texts[] Texts() => [_names[0].Fork(), _names[1].Fork()];

    /// <summary>The flow ended: nothing of it waits any more.</summary>
    public void End(in FlowSummary flow, uint number, ushort pending)
    {
        if (pending != 0) _pending[Family(flow.Ends)].End(pending, number, missing: (flow.Marks & FlowMarks.Gap) != 0);
    }

    /// <summary>Whether a beginning would be given up if the flow ended now, see <see cref="End"/>.</summary>
    public bool WouldGiveUp(in FlowSummary flow, uint number, ushort pending) =>
        pending != 0 && (flow.Marks & FlowMarks.Gap) != 0 && _pending[Family(flow.Ends)].Has(pending, number);

    /// <returns>Whether more payloads of the flow are of use.</returns>
    public bool Read(in FlowPayload payload, ref FlowSpeech speech)
    {
        uint number = speech.Note;
        if (number != 0 && notes.At(number).Pending is > 0 and ushort place)
        {
            PendingBytes pending = _pending[Family(payload.Ends)];
            ReadOnlySpan<byte> joined = pending.Continue(place, number, payload.Bytes, payload.FromHigh, payload.Sequence);
            if (joined.IsEmpty) return pending.IsWaiting(place, number);
            if (!PayloadReader.IsKnown(in speech)) PayloadReader.Recognize(in payload, joined, ref speech);
            if (ReadName(in payload, joined, ref speech) && pending.IsWaiting(place, number)) return true;
            pending.End(place, number);
            notes.At(number).Pending = 0;
            return false;
        }

        if (number != 0 && notes.At(number).Name != 0) return false;
        bool begins = ReadName(in payload, payload.Bytes, ref speech);
        if (payload.Protocol != Ip.Tcp || payload.Bytes.Length >= PendingBytes.MaxBytes || !(begins || MayBeAhead(in payload, in speech))) return false;
        ref FlowNote note = ref notes.Of(ref speech);
        PendingBytes room = _pending[Family(payload.Ends)];
        note.Pending = begins
            ? room.Begin(speech.Note, payload.Bytes, payload.FromHigh, payload.Sequence)
            : room.BeginAhead(speech.Note, payload.Bytes, payload.FromHigh, payload.Sequence);
        return true;
    }

    /// <summary>Bytes were skipped after the handshake, and this is nothing known: the beginning may come behind it.</summary>
    private static bool MayBeAhead(in FlowPayload payload, in FlowSpeech speech) =>
        (payload.Marks & FlowMarks.Gap) != 0 && payload.HasSyn && speech.Application == (byte)Application.Unknown && speech.LowRead + speech.HighRead == 1;

    /// <returns>Whether the bytes are the beginning of something that may hold a name further on.</returns>
    private bool ReadName(in FlowPayload payload, ReadOnlySpan<byte> bytes, ref FlowSpeech speech)
    {
        if (payload.Protocol == Ip.Udp) return (Application)speech.Application == Application.Quic && (bytes[0] & 0x80) != 0 && ReadQuic(in payload, bytes, ref speech);
        if (bytes[0] == 0x16) return ReadTls(in payload, bytes, ref speech);
        return bytes[0] is >= (byte)'A' and <= (byte)'Z' && (Application)speech.Application is Application.Http or Application.Hkp && ReadHttp(in payload, bytes, ref speech);
    }

    private bool ReadTls(in FlowPayload payload, ReadOnlySpan<byte> bytes, ref FlowSpeech speech)
    {
        // A record of TLS, or too few bytes to tell.
        const int Header = 64;
        if ((bytes.Length > 1 && bytes[1] != 3) || (bytes.Length > 5 && bytes[5] != 1)) return false;
        Span<byte> name = stackalloc byte[TlsHelloReader.MaxNameLength], protocol = stackalloc byte[TlsHelloReader.MaxNameLength];
        if (!TlsHelloReader.TryReadRecords(bytes, name, protocol, out TlsHello hello)) return bytes.Length < Header;
        return hello.IsClient && Note(in payload, name, in hello, ref speech);
    }

    private bool ReadQuic(in FlowPayload payload, ReadOnlySpan<byte> bytes, ref FlowSpeech speech)
    {
        Span<byte> name = stackalloc byte[TlsHelloReader.MaxNameLength], protocol = stackalloc byte[TlsHelloReader.MaxNameLength];
        if (QuicInitial.TryReadClientHello(bytes, name, protocol, out TlsHello hello)) Note(in payload, name, in hello, ref speech);
        return false;
    }

    /// <summary>A hello that is not whole may still show, further on, that its name counts for less.</summary>
    private bool Note(in FlowPayload payload, ReadOnlySpan<byte> name, in TlsHello hello, ref FlowSpeech speech)
    {
        if (hello.ServerNameLength > 0) Keep(in payload, name[..hello.ServerNameLength], hello.IsNameWeak ? NameKind.TlsSniOuter : NameKind.TlsSni, ref speech);
        return !hello.IsComplete;
    }

    private bool ReadHttp(in FlowPayload payload, ReadOnlySpan<byte> bytes, ref FlowSpeech speech)
    {
        if (bytes.StartsWith("HTTP/"u8)) return false;
        if (!HttpRequestView.TryRead(bytes, out HttpRequestView request)) return bytes.IndexOf((byte)'\n') < 0;
        bool toProxy = request.IsConnect || request.Target.IndexOf("://"u8) is > 0 and < 6;
        ReadOnlySpan<byte> authority = request.Authority;
        if (authority.IsEmpty) return !request.IsComplete;
        if (!request.IsHostContradicted) Keep(in payload, HttpRequestView.NameOf(authority), toProxy ? NameKind.HttpConnect : NameKind.HttpHost, ref speech);
        return false;
    }

    private void Keep(in FlowPayload payload, ReadOnlySpan<byte> name, NameKind kind, ref FlowSpeech speech)
    {
        int family = Family(payload.Ends);
        uint number = _names[family].Number(name);
        if (number == 0) return;
        ref FlowNote note = ref notes.Of(ref speech);
        number = (number << 1) | (uint)family;
        if (note.Name != number) note.NameFrame = payload.Frame;
        note.Name = number;
        note.NameKind = (byte)kind;
        note.NameIsOfHigh = !payload.FromHigh;
        if (!kind.IsSure()) return;
        IpAddress client = payload.Ends.Address(payload.FromHigh);
        IpAddress server = payload.Ends.Address(!payload.FromHigh);
        naming.Learn(client, server, name, kind == NameKind.TlsSni ? NameSource.Sni : NameSource.HttpHost, payload.Frame, payload.TimestampNs);
    }

    private static int Family(in FlowEndpoints ends) => ends.LowAddress.IsV4 ? 0 : 1;
}
