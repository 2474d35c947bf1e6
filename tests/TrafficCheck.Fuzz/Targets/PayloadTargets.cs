using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Core.Tests.Recognition;
using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>What packets carry: names, hellos, requests, and which application speaks.</summary>
internal static class PayloadTargets
{
    private const int MaxPayload = 4096;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("dns", MaxPayload, Dns, DnsSeeds, "\u00c0\u000c", "\u0000\u0005", "\u0000\u001c", "\u0000\u0041"),
        new("tls", MaxPayload, Tls, TlsSeeds, "\u0016\u0003\u0001", "\u0000\u0000", "\u0000\u0010", "\u0000\u002b", "\u00fe\u000d"),
        new("http", MaxPayload, Http, HttpSeeds, "\r\n", "Host: ", " HTTP/1.1\r\n", "CONNECT ", "http://", "@", ":", "[", "]"),
        new("quic", 1600, Quic, QuicSeeds, "\u0006\0", "\u0040", "\u0002", "\u0001"),
        new("recogniser", MaxPayload, Recognise, RecogniserSeeds, [.. Samples.All.Where(s => s.Bytes.Length is > 4 and < 40).Take(60).Select(s => System.Text.Encoding.Latin1.GetString(s.Bytes))]),
    ];

    private static void Dns(ReadOnlySpan<byte> input)
    {
        var book = new NameBook(seed: 1);
        DnsMessage.TryWrap(input, out DnsMessage message);
        ReadMessage(in message, book);
        DnsMessage.TryWrapTcp(input, out message, out int consumed);
        BrokenPromiseException.Unless(consumed >= 0 && consumed <= input.Length, "no more is consumed than there is");
        ReadMessage(in message, book);
        BrokenPromiseException.Unless(book.Bytes >= 0 && book.Entries >= 0, "counts are not negative");
    }

    private static void ReadMessage(in DnsMessage message, NameBook book)
    {
        Span<char> text = stackalloc char[1012];
        Span<IpAddress> addresses = stackalloc IpAddress[8];
        _ = message.Id + message.Opcode + message.ResponseCode + message.Questions + message.Answers;
        if (message.ReadQuestion(text, out int written) == DnsStatus.Whole) CheckName(text[..written]);
        int records = 0, limit = 4 * ushort.MaxValue;
        DnsRecords all = message.Records;
        while (all.MoveNext())
        {
            BrokenPromiseException.Unless(++records <= limit, "records are no more than the header says");
            DnsRecord record = all.Current;
            if (record.ReadOwner(text, out written) == DnsStatus.Whole) CheckName(text[..written]);
            if (record.TryReadTarget(text, out written)) CheckName(text[..written]);
            BrokenPromiseException.Unless(record.ReadAddresses(addresses) <= addresses.Length, "addresses fit");
        }

        int learned = book.Learn(in message, IpAddress.V4(1), 1, 1_000);
        BrokenPromiseException.Unless(learned >= 0 && book.Learned >= 0, "counts are not negative");
        for (int i = 0; i < 3; i++) _ = book.Names(IpAddress.V4(1), addresses[i], 2_000);
    }

    private static void CheckName(ReadOnlySpan<char> name) =>
        BrokenPromiseException.Unless(name.IndexOfAnyExceptInRange('!', '~') < 0 && name.IndexOfAnyInRange('A', 'Z') < 0, "names are lower-case printable ASCII");

    private static void Tls(ReadOnlySpan<byte> input)
    {
        Span<byte> name = stackalloc byte[TlsHelloReader.MaxNameLength], protocol = stackalloc byte[TlsHelloReader.MaxNameLength];
        bool read = TlsHelloReader.TryReadRecords(input, name, protocol, out TlsHello hello);
        CheckHello(in hello);
        if (read && hello.IsComplete)
        {
            // More bytes behind a hello that was complete change nothing.
            byte[] more = [.. input, 0x16, 3, 3, 0, 1, 0xff];
            BrokenPromiseException.Unless(TlsHelloReader.TryReadRecords(more, name, protocol, out TlsHello again) && again == hello, "bytes behind a hello do not change it");
        }

        TlsHelloReader.TryReadMessage(input, name, protocol, out hello);
        CheckHello(in hello);
        TlsHelloReader.TryReadMessage(input, name[..3], [], out hello);
    }

    private static void CheckHello(in TlsHello hello) => BrokenPromiseException.Unless(
        hello.ServerNameLength is >= 0 and <= TlsHelloReader.MaxNameLength && hello.ProtocolLength is >= 0 and <= TlsHelloReader.MaxNameLength, "names fit");

    private static void Http(ReadOnlySpan<byte> input)
    {
        if (!HttpRequestView.TryRead(input, out HttpRequestView view)) return;
        BrokenPromiseException.Unless(view.Method.Length > 0 && view.Target.Length > 0, "a request has a method and a target");
        BrokenPromiseException.Unless(view.Authority.IndexOfAny((byte)'\r', (byte)'\n') < 0, "no name spans lines");
        BrokenPromiseException.Unless(HttpRequestView.NameOf(view.Authority).Length <= view.Authority.Length, "a name is a part of what it stands in");
    }

    private static void Quic(ReadOnlySpan<byte> input)
    {
        Span<byte> name = stackalloc byte[TlsHelloReader.MaxNameLength], protocol = stackalloc byte[TlsHelloReader.MaxNameLength];
        QuicInitial.TryReadClientHello(input, name, protocol, out TlsHello hello);
        CheckHello(in hello);

        // As they stand few mutated packets open, so the input is also what a sound packet holds.
        QuicInitial.TryReadClientHello(QuicPacket.Seal(input.Length > 1400 ? input[..1400] : input), name, protocol, out hello);
        CheckHello(in hello);
    }

    /// <summary>The input begins with the transport and the ports.</summary>
    private static void Recognise(ReadOnlySpan<byte> input)
    {
        if (input.Length < 5) return;
        byte transport = (input[0] % 4) switch { 0 or 1 => 6, 2 => 17, _ => 132 };
        ushort source = (ushort)((input[1] << 8) | input[2]), destination = (ushort)((input[3] << 8) | input[4]);
        ReadOnlySpan<byte> payload = input[5..];
        bool any = ApplicationRecognizer.TryRecognize(payload, transport, source, destination, out RecognizedApplication seen);
        bool again = ApplicationRecognizer.TryRecognize(payload, transport, source, destination, out RecognizedApplication second);
        BrokenPromiseException.Unless(any == again && seen == second, "the same payload gives the same");
        BrokenPromiseException.Unless(any || seen.IsNothing, "what is not recognized is nothing");

        // More bytes never contradict what was sure.
        int cut = payload.Length * (payload.Length > 0 ? payload[^1] : 0) / 256;
        ApplicationRecognizer.TryRecognize(payload[..cut], transport, source, destination, out RecognizedApplication less);
        if (less.Confidence == RecognitionConfidence.Payload && seen.Confidence == RecognitionConfidence.Payload && less.Application != seen.Application && less.Application != Application.Unknown)
            throw new BrokenPromiseException($"more bytes never contradict what was sure: {less.Application}, {seen.Application}", $"{cut} bytes {less}\nall      {seen}");
        _ = RecognizedApplication.Join(in less, in seen);
    }

    private static IEnumerable<byte[]> DnsSeeds()
    {
        yield return new DnsBytes(0x0100).Question("www.example.net", DnsBytes.A).ToArray();
        yield return DnsBytes.Response("www.example.net").Alias("www.example.net", "edge.example.com").Address("edge.example.com", "192.0.2.1").Address("@16", "2001:db8::1").ToArray();
        yield return DnsBytes.Response("www.example.net", DnsBytes.Https)
            .Service("@12", 1, "", (1, [2, (byte)'h', (byte)'3']), (4, [192, 0, 2, 1, 192, 0, 2, 2]), (6, new byte[16])).Address("@12", "192.0.2.9", section: 3).ToArray();
        yield return DnsBytes.Response("a.example").Record("a.example", DnsBytes.Ns, DnsBytes.Name("ns.@12"), section: 2).Record("", 41, [0, 10, 0, 2, 1, 2], recordClass: 1232, section: 3).ToArray();
        yield return DnsBytes.Response("www.example.net").Address("@12", "192.0.2.1").ToTcp();
    }

    private static IEnumerable<byte[]> TlsSeeds()
    {
        byte[] hello = ClientHello.Message("shop.example", ["h2", "http/1.1"], [0x0304, 0x0303], encrypted: true);
        yield return ClientHello.Records(hello);
        yield return ClientHello.Records(hello, 50);
        yield return hello;
        yield return ClientHello.Records(ClientHello.ServerMessage(0x0304, "h2"));
        yield return ClientHello.Records(ClientHello.Message(null));
    }

    private static IEnumerable<byte[]> HttpSeeds()
    {
        yield return "GET / HTTP/1.1\r\nHost: www.example.net:8080\r\nAccept: */*\r\n\r\n"u8.ToArray();
        yield return "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n"u8.ToArray();
        yield return "POST http://user@www.example.net/x?y HTTP/1.0\r\n\r\n"u8.ToArray();
    }

    private static IEnumerable<byte[]> QuicSeeds()
    {
        byte[] message = ClientHello.Message("quic.example", ["h3"], [0x0304]);
        yield return QuicPacket.Frames(message, 0);
        yield return [1, .. QuicPacket.Frames(message[100..], 100), 0, 0, 2, 0, 0, 0, 0, .. QuicPacket.Frames(message[..100], 0)];
        yield return QuicPacket.Seal(QuicPacket.Frames(message, 0));
    }

    private static IEnumerable<byte[]> RecogniserSeeds() => Samples.All.Select(s =>
        (byte[])[s.Transport == 17 ? (byte)2 : (byte)0, (byte)(s.Source >> 8), (byte)s.Source, (byte)(s.Destination >> 8), (byte)s.Destination, .. s.Bytes]);
}
