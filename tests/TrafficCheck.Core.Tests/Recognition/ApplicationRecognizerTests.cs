using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Tests.Recognition;

public sealed class ApplicationRecognizerTests
{
    public static TheoryData<string> Names => [.. Samples.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_are_recognized(string name)
    {
        Sample sample = Named(name);
        Assert.Equal(new RecognizedApplication(sample.Application, sample.Sender, sample.Confidence, sample.Marks), sample.Recognize());
    }

    [Fact]
    public void Every_application_has_a_sample_and_both_sides_where_it_has_sides()
    {
        for (var application = Application.Tls; (int)application < ApplicationNames.Count; application++)
        {
            SenderRole[] senders = [.. Samples.All.Where(s => s.Application == application).Select(s => s.Sender)];
            if (application == Application.Rtp) Assert.NotEmpty(senders);
            else Assert.Contains(SenderRole.Client, senders);
            if (application is not (Application.Rtp or Application.Hkp or Application.Syslog or Application.Mdns)) Assert.Contains(SenderRole.Server, senders);
        }
    }

    /// <summary>Less may be seen, and it may be doubted; what is said surely must stay.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Prefixes_do_not_contradict(string name)
    {
        Sample sample = Named(name);
        RecognizedApplication whole = sample.Recognize();
        for (int length = 0; length < sample.Bytes.Length; length++)
        {
            // A copy of its own, so that a read behind the end shows itself.
            RecognizedApplication part = sample.Recognize(sample.Bytes.AsSpan(0, length).ToArray(), sample.Source, sample.Destination);
            if (part.Confidence != RecognitionConfidence.Payload) continue;
            Assert.True(part.Application == whole.Application, $"{length} bytes of {name}: {part}");
            Assert.True(part.Sender == whole.Sender || part.Sender == SenderRole.Unknown, $"{length} bytes of {name}: {part}");
        }
    }

    /// <summary>What the bytes show surely, they show between any ports; relatives of DNS and equal ports of SIP are the exceptions by design.</summary>
    [Theory]
    [InlineData(80, 443)]
    [InlineData(25, 22)]
    [InlineData(443, 53)]
    [InlineData(123, 21)]
    [InlineData(60000, 50001)]
    public void Ports_do_not_decide(ushort source, ushort destination)
    {
        foreach (Sample sample in Samples.All.Where(s => s.Confidence == RecognitionConfidence.Payload && s.Application is not (Application.Mdns or Application.Llmnr)))
        {
            RecognizedApplication seen = sample.Recognize(sample.Bytes, source, destination);
            Assert.True(seen.Application == sample.Application, $"{sample.Name} between {source} and {destination}: {seen}");
            if (sample.Source != sample.Destination) Assert.True(seen.Sender == sample.Sender, $"{sample.Name} between {source} and {destination}: {seen}");
        }
    }

    [Fact]
    public void Other_bytes_on_a_known_port_are_not_taken_for_its_service()
    {
        ushort[] ports = [21, 22, 23, 25, 53, 69, 80, 88, 110, 123, 135, 137, 139, 143, 161, 389, 443, 445, 514, 1433, 1812, 3306, 3389, 5060, 5353, 5355, 5432];
        byte[] text = "this is no protocol at all, and a long line of it"u8.ToArray();
        byte[] zeros = new byte[200], high = [.. Enumerable.Repeat((byte)0xee, 200)];
        foreach (ushort port in ports)
        {
            foreach (byte[] bytes in new[] { text, zeros, high })
            {
                foreach (byte transport in new[] { Sample.Tcp, Sample.Udp })
                {
                    Assert.False(ApplicationRecognizer.TryRecognize(bytes, transport, 50000, port, out RecognizedApplication seen), $"{port}: {seen}");
                    Assert.False(ApplicationRecognizer.TryRecognize(bytes, transport, port, 50000, out seen), $"{port}: {seen}");
                }
            }
        }
    }

    [Theory]
    [InlineData("RTSP is not HTTP", "OPTIONS rtsp://cam/ RTSP/1.0\r\nCSeq: 1\r\n")]
    [InlineData("no version", "GET /index.html\r\n")]
    [InlineData("SSH of a third kind", "SSH-3.0-x\r\n")]
    [InlineData("priority too great", "<192>Oct 11 22:14:15 host x")]
    [InlineData("markup", "<?xml version=\"1.0\"?>")]
    [InlineData("a sentence with a first word in capitals", "LISTEN to me\r\n")]
    [InlineData("a year, not a code", "2026-10-11 12:00:00 started\r\n")]
    [InlineData("PPTP is not MySQL", "{0094 0001 1a2b3c4d 0002 0000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000}")]
    [InlineData("a record longer than TLS has", "{17 0303 ffff 00}")]
    [InlineData("MP3 frames", "{fffb 9064 0000}")]
    [InlineData("TPKT of S7", "{0300 0016 11 e0 0000 0001 00 c0010a c1020100 c2020102}")]
    [InlineData("a PNG", "{89}PNG\r\n{1a0a}")]
    [InlineData("LDAP-like, but with an operation that there is not", "{300c 020101 5f07 020103 0400 8000}")]
    public void Near_misses_over_tcp_are_nothing(string what, string text)
    {
        Assert.False(ApplicationRecognizer.TryRecognize(Sample.Of(text), Sample.Tcp, 50000, 8080, out RecognizedApplication seen), $"{what}: {seen}");
    }

    [Theory]
    [InlineData("SSDP is not HTTP over TCP", "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n")]
    [InlineData("a query without a question", "{1234 0100 0000 0000 0000 0000 0000 0000}")]
    [InlineData("a name that points to itself", "{1234 0100 0001 0000 0000 0000 c00c 0001 0001}")]
    [InlineData("a class that there is not", "{1234 0100 0001 0000 0000 0000 03}www{00 0001 0011}")]
    [InlineData("STUN", "{0001 0000 2112a442 000000000000000000000000}")]
    [InlineData("an NTP of version 5", "{2b 00 06 ec 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 e123456789abcdef}")]
    [InlineData("RADIUS whose attributes overrun", "{01 2a 001f 00000000000000000000000000000000 01ff}bob{0406 c0000201}")]
    [InlineData("TFTP of an unknown mode", "{0001}boot.img{00}morse{00}")]
    public void Near_misses_over_udp_are_nothing(string what, string text)
    {
        Assert.False(ApplicationRecognizer.TryRecognize(Sample.Of(text), Sample.Udp, 50000, 8080, out RecognizedApplication seen), $"{what}: {seen}");
    }

    [Fact]
    public void Ports_tell_the_relatives_of_dns_apart_but_not_from_dns_proper()
    {
        Sample query = Named("dns query");
        Assert.Equal(Application.Dns, query.Recognize(query.Bytes, 5353, 53).Application);
        Assert.Equal(Application.Dns, query.Recognize(query.Bytes, 50000, 25).Application);
        Sample reply = Named("dns reply");
        Assert.Equal(new(Application.Dns, SenderRole.Server, RecognitionConfidence.Payload), reply.Recognize(reply.Bytes, 53, 25));
        Sample llmnr = Named("llmnr query");
        Assert.Equal(Application.Dns, llmnr.Recognize(llmnr.Bytes, 50000, 9999).Application);
    }

    [Fact]
    public void Other_transports_and_no_bytes_are_nothing()
    {
        Assert.False(ApplicationRecognizer.TryRecognize("SSH-2.0-x\r\n"u8, 132, 1, 22, out _));
        Assert.False(ApplicationRecognizer.TryRecognize([], Sample.Tcp, 1, 22, out _));
    }

    [Theory]
    [InlineData("100 CAPABILITY\r\n220 mail.example.net ESMTP ready\r\n", Application.Imap)]
    [InlineData("250 STARTTLS\r\n220 mail.example.net ESMTP ready\r\n", Application.Smtp)]
    [InlineData("230 Login successful.\r\n", Application.Ftp)]
    public void The_first_line_decides_whether_a_number_is_a_tag_or_a_code(string text, Application application)
    {
        ApplicationRecognizer.TryRecognize(System.Text.Encoding.ASCII.GetBytes(text), Sample.Tcp, 40000, 40001, out RecognizedApplication seen);
        Assert.Equal(application, seen.Application);
    }

    [Theory]
    [InlineData("82000000")]
    [InlineData("82000000 0000 8180 0001 0000 0000 0000 03777777 00 0001 0001")]
    [InlineData("82000000 00000055 ff534d42")]
    [InlineData("83000001 82 ff")]
    public void An_answer_of_a_NetBIOS_session_stays_one_whatever_follows(string bytes)
    {
        ApplicationRecognizer.TryRecognize(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal)), Sample.Tcp, 139, 40001, out RecognizedApplication seen);
        Assert.Equal(Application.NetbiosSession, seen.Application);
    }

    [Fact]
    public void A_reply_behind_binary_bytes_says_nothing_of_those()
    {
        // As a stream of DNS it is a message of 12,853 bytes.
        ReadOnlySpan<byte> bytes = "250 \n\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03net\0\0\x01\0\x01\n220 mail.example.net ESMTP\r\n"u8;
        ApplicationRecognizer.TryRecognize(bytes, Sample.Tcp, 40000, 40001, out RecognizedApplication seen);
        Assert.False(seen is { Application: Application.Smtp, Confidence: RecognitionConfidence.Payload });
    }

    /// <summary>A list of versions of QUIC that goes on as a clock that knows nothing; an answer of a NetBIOS session that goes on as one of MySQL.</summary>
    [Theory]
    [InlineData(Sample.Udp, 162, "89000000000000000000 01e830847f 0000000000000000 00ffffffffff 3070 00008100 0000 00000000 ffffff00 001000")]
    [InlineData(Sample.Udp, 123, "89000000000000000000 01e830847f 0000000000000000 00ffffffffff 3070 00008100 0000 00000000 ffffff00 001000")]
    [InlineData(Sample.Udp, 123, "c3000000000000000001 0000000100000001 00000001 00000001 00000001 00000001 00000001 00000001 00000001 00000000")]
    [InlineData(Sample.Udp, 40001, "c30000000000ff00001dff00001dff00001dff00001dff00001dff00001dff00001dff00001dff00001dff00001d00ff00")]
    [InlineData(Sample.Udp, 88, "550000000010000000010000050101010109013939202020202020202020203930393939293939393a39393976881939393 9b03939392033 82ffff 00000000000000000000 580000000000 04000149 6a82 00000000000000 0482ffff 0000000000000000 0000 040030")]
    [InlineData(Sample.Udp, 891, "d70000000001000000000001000001000100055f68747470045f746381056c6f6361")]
    [InlineData(Sample.Tcp, 389, "83000001 0a0a0a0a 0a8a0211 00000000 00000000 00000000 00000000 00000000 01 0a0a0a")]
    public void More_bytes_never_contradict_what_was_sure(byte transport, int port, string hex)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var sure = new HashSet<Application>();
        for (int length = 1; length <= bytes.Length; length++)
        {
            ApplicationRecognizer.TryRecognize(bytes.AsSpan(0, length), transport, (ushort)port, 40000, out RecognizedApplication seen);
            if (seen.Confidence == RecognitionConfidence.Payload && seen.Application != Application.Unknown) sure.Add(seen.Application);
        }

        Assert.True(sure.Count <= 1, string.Join(", ", sure));
    }

    [Fact]
    public void A_request_line_that_begins_in_binary_is_none()
    {
        ApplicationRecognizer.TryRecognize("AUTH T\0\xabPROPFIND /dav HTTP/1.1\r\nHost: a\r\n\r\n"u8, Sample.Tcp, 40000, 40001, out RecognizedApplication seen);
        Assert.NotEqual(Application.Http, seen.Application);
    }

    [Fact]
    public void Random_bytes_are_hardly_ever_recognized_surely()
    {
        var random = new Random(20261011);
        var bytes = new byte[300];
        int sure = 0, fits = 0;
        const int Tries = 100_000;
        for (int i = 0; i < Tries; i++)
        {
            Span<byte> payload = bytes.AsSpan(0, i % 3 == 0 ? 48 : random.Next(1, bytes.Length));
            random.NextBytes(payload);
            byte transport = i % 2 == 0 ? Sample.Tcp : Sample.Udp;
            if (!ApplicationRecognizer.TryRecognize(payload, transport, (ushort)random.Next(65536), (ushort)random.Next(65536), out RecognizedApplication seen)) continue;
            if (seen.Confidence == RecognitionConfidence.Payload) sure++;
            else fits++;
        }

        Assert.InRange(sure, 0, Tries / 10_000);
        Assert.InRange(fits, 0, Tries / 20);
    }

    /// <summary>Samples with a few bytes changed get further into the readers than random bytes do; nothing may throw.</summary>
    [Fact]
    public void Damaged_samples_do_not_throw()
    {
        var random = new Random(4);
        Span<byte> name = stackalloc byte[TlsHelloReader.MaxNameLength], protocol = stackalloc byte[TlsHelloReader.MaxNameLength];
        foreach (Sample sample in Samples.All)
        {
            for (int i = 0; i < 2000; i++)
            {
                byte[] bytes = sample.Bytes[..random.Next(sample.Bytes.Length + 1)];
                for (int changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? 0xff : random.Next(256));
                RecognizedApplication seen = sample.Recognize(bytes, sample.Source, sample.Destination);
                Assert.True((int)seen.Application < ApplicationNames.Count);
                TlsHelloReader.TryReadRecords(bytes, name, protocol, out _);
                if (HttpRequestView.TryRead(bytes, out HttpRequestView view)) _ = HttpRequestView.NameOf(view.Authority).Length;
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        foreach (Sample sample in Samples.All) sample.Recognize();
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (Sample sample in Samples.All) sample.Recognize();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Payloads made to be walked for long: the cost is that of their first bytes.</summary>
    [Fact]
    public void Large_payloads_cost_no_more()
    {
        byte[][] hostile =
        [
            [.. Enumerable.Repeat((byte)'A', 4_000_000)], [.. "220-"u8, .. Enumerable.Repeat((byte)'\n', 4_000_000)],
            [.. "EHLO x\r\n"u8, .. Enumerable.Repeat((byte)'\n', 4_000_000)], [.. Enumerable.Repeat((byte)0xff, 4_000_000)],
            [.. Enumerable.Range(0, 4_000_000).Select(i => (byte)(i % 3 == 0 ? 0xff : i % 3 == 1 ? 0xfa : 0x18))],
        ];
        foreach (byte[] bytes in hostile)
        {
            foreach (byte transport in new[] { Sample.Tcp, Sample.Udp })
            {
                ApplicationRecognizer.TryRecognize(bytes, transport, 1, 2, out RecognizedApplication whole);
                ApplicationRecognizer.TryRecognize(bytes.AsSpan(0, ApplicationRecognizer.MaxBytes), transport, 1, 2, out RecognizedApplication start);
                Assert.Equal(start, whole);
            }
        }
    }

    [Fact]
    public void Names_are_found_again()
    {
        for (var application = Application.Tls; (int)application < ApplicationNames.Count; application++)
        {
            Assert.True(ApplicationNames.TryParse(ApplicationNames.Of(application), out Application found));
            Assert.Equal(application, found);
        }

        Assert.Equal(Enum.GetValues<Application>().Length, ApplicationNames.Count);
        Assert.Equal("netbios-session", ApplicationNames.Of(Application.NetbiosSession));
        Assert.Equal("telnet", ApplicationNames.Of(Application.Telnet));
        Assert.False(ApplicationNames.TryParse("unknown", out _));
        Assert.False(ApplicationNames.TryParse("ftps-explicit", out _));
    }

    private static Sample Named(string name) => Samples.All.Single(s => s.Name == name);
}
