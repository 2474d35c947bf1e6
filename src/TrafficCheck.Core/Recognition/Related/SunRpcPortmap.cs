using System.Buffers.Binary;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>
/// Ports that a portmapper gives (RFC 1833: GETPORT of version 2, GETADDR of versions 3 and 4). The reply alone does not say what it answers, so
/// calls are remembered by their transaction, the last of equal slots only; memory is fixed.
/// </summary>
public sealed class SunRpcPortmap
{
    private const int Slots = 1024, Call = 0, Reply = 1, RpcVersion = 2, Program = 100000, GetPort = 3, MaxAuth = 400;

    /// <summary>A reply that takes longer is to another call.</summary>
    private const long PatienceNs = 60_000_000_000;

    private readonly PendingCall[] _calls = new PendingCall[Slots];

    /// <summary>Calls that gave way to others before their reply came.</summary>
    public long Forgotten { get; private set; }

    /// <summary>A packet from the client to port 111.</summary>
    public void NoteCall(ReadOnlySpan<byte> segment, in ControlFlow control)
    {
        if (!TryUnwrap(ref segment, control.Transport)) return;
        var words = new Words(segment);
        if (!words.Take(out uint xid) || !words.Take(out uint type) || type != Call) return;
        if (!words.Take(out uint rpc) || rpc != RpcVersion || !words.Take(out uint program) || program != Program) return;
        if (!words.Take(out uint version) || version is < 2 or > 4 || !words.Take(out uint procedure) || procedure != GetPort) return;
        if (!words.SkipAuth() || !words.SkipAuth() || !words.Take(out _) || !words.Take(out _)) return;
        byte transport = version == 2 ? TransportOfNumber(ref words) : TransportOfNetwork(ref words);
        if (transport == 0) return;
        ref PendingCall slot = ref _calls[xid % Slots];
        if (slot.Transport != 0 && slot.Xid != xid) Forgotten++;
        slot = new(xid, transport, version > 2, control);
    }

    /// <summary>A packet from port 111 to the client.</summary>
    /// <param name="found">Room for expectations: two where the announced address is another one.</param>
    public RelatedReading ReadReply(ReadOnlySpan<byte> segment, in ControlFlow control, Span<Expectation> found)
    {
        var announced = new Announcements(found);
        if (!TryUnwrap(ref segment, control.Transport)) return announced.Reading;
        var words = new Words(segment);
        if (!words.Take(out uint xid) || !words.Take(out uint type) || type != Reply) return announced.Reading;
        ref PendingCall call = ref _calls[xid % Slots];
        if (call.Transport == 0 || call.Xid != xid || !call.IsFrom(control)) return announced.Reading;
        if (!words.Take(out uint denied) || denied != 0 || !words.SkipAuth() || !words.Take(out uint error) || error != 0) return announced.Reading;
        IpAddress address = control.Server;
        int port;
        if (call.WantsAddress)
        {
            if (!words.TakeText(out ReadOnlySpan<byte> universal)) return Cut(ref announced);
            if (!TryReadUniversal(universal, out address, out port)) port = 0;
        }
        else
        {
            if (!words.Take(out uint number)) return Cut(ref announced);
            port = number > ushort.MaxValue ? 0 : (int)number;
        }

        byte transport = call.Transport;
        call = default;

        // Port 0 says that the program is not there.
        if (port == 0) return announced.Reading;
        bool other = address != control.Server && !AnnouncedText.IsUnspecified(address);
        var expected = new Expectation(
            transport, control.Client, control.Server, (ushort)port, ExpectationKind.SunRpc,
            Announcements.Until(control.TimeNs, Announcements.RpcNs), control.Frame, other);
        announced.Add(expected);
        if (other) announced.Add(expected with { ResponderAddress = address });
        return announced.Reading;
    }

    private static RelatedReading Cut(ref Announcements announced)
    {
        announced.Notes |= RelatedNotes.Incomplete;
        return announced.Reading;
    }

    /// <summary>Takes the record mark of TCP off (RFC 5531 section 11).</summary>
    private static bool TryUnwrap(ref ReadOnlySpan<byte> segment, byte transport)
    {
        if (transport != Announcements.Tcp) return true;
        if (segment.Length < 4) return false;
        int length = (int)(BinaryPrimitives.ReadUInt32BigEndian(segment) & 0x7fffffff);
        segment = segment[4..];
        if (length < segment.Length) segment = segment[..length];
        return true;
    }

    private static byte TransportOfNumber(ref Words words) =>
        words.Take(out uint protocol) && protocol is Announcements.Tcp or Announcements.Udp ? (byte)protocol : (byte)0;

    private static byte TransportOfNetwork(ref Words words)
    {
        if (!words.TakeText(out ReadOnlySpan<byte> network)) return 0;
        if (network.SequenceEqual("tcp"u8) || network.SequenceEqual("tcp6"u8)) return Announcements.Tcp;
        return network.SequenceEqual("udp"u8) || network.SequenceEqual("udp6"u8) ? Announcements.Udp : (byte)0;
    }

    /// <summary>An address with the two bytes of the port behind: <c>192.0.2.7.8.1</c>, <c>2001:db8::7.8.1</c> (RFC 5665).</summary>
    private static bool TryReadUniversal(ReadOnlySpan<byte> text, out IpAddress address, out int port)
    {
        address = default;
        port = 0;
        int low = text.LastIndexOf((byte)'.'), high = low < 0 ? -1 : text[..low].LastIndexOf((byte)'.');
        if (high < 0) return false;
        ReadOnlySpan<byte> ports = text[(high + 1)..];
        Span<byte> bytes = stackalloc byte[2];
        if (!AnnouncedText.TryTakeBytes(ref ports, (byte)'.', bytes) || !ports.IsEmpty) return false;
        port = (bytes[0] << 8) | bytes[1];
        ReadOnlySpan<byte> host = text[..high];
        return AnnouncedText.TryReadAddress(host, ipv4: !host.Contains((byte)':'), out address);
    }

    /// <summary>XDR: words of four bytes, texts filled up to them (RFC 4506).</summary>
    private ref struct Words(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public bool Take(out uint word)
        {
            bool there = BinaryPrimitives.TryReadUInt32BigEndian(_rest, out word);
            if (there) _rest = _rest[4..];
            return there;
        }

        public bool TakeText(out ReadOnlySpan<byte> text)
        {
            text = default;
            if (!Take(out uint length) || length > (uint)_rest.Length) return false;
            text = _rest[..(int)length];
            _rest = _rest[Math.Min(_rest.Length, ((int)length + 3) & ~3)..];
            return true;
        }

        public bool SkipAuth() => Take(out _) && TakeText(out ReadOnlySpan<byte> body) && body.Length <= MaxAuth;
    }

    private readonly record struct PendingCall(uint Xid, byte Transport, bool WantsAddress, ControlFlow Control)
    {
        public bool IsFrom(in ControlFlow reply) =>
            (Control.Client, Control.ClientPort, Control.Server, Control.ServerPort, Control.Transport)
                == (reply.Client, reply.ClientPort, reply.Server, reply.ServerPort, reply.Transport)
            && (reply.TimeNs < Control.TimeNs || (ulong)reply.TimeNs - (ulong)Control.TimeNs <= PatienceNs);
    }
}
