namespace TrafficCheck.Core.Tests.Recognition.Related;

public sealed class SipSessionTests
{
    private const string Audio = "v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0 8\r\na=sendrecv\r\n";

    [Fact]
    public void An_offer_announces_media_and_their_control() =>
        Assert.Equal("udp any > 10.0.0.5:5004 SipRtp; udp any > 10.0.0.5:5005 SipRtcp", Announced.Sip(Message(Audio)));

    [Fact]
    public void So_does_an_answer() =>
        Assert.Equal("udp any > 10.0.0.5:5004 SipRtp; udp any > 10.0.0.5:5005 SipRtcp", Announced.Sip(Message(Audio, "SIP/2.0 200 OK")));

    [Theory]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=audio 5004 RTP/AVP 0\r\nm=video 5006 RTP/SAVP 31\r\nc=IN IP4 10.0.0.6\r\n",
        "udp any > 10.0.0.5:5004 SipRtp; udp any > 10.0.0.5:5005 SipRtcp; udp any > 10.0.0.6:5006 SipRtp; udp any > 10.0.0.6:5007 SipRtcp")]
    [InlineData("c=IN IP6 2001:db8::5\r\nm=audio 5004 RTP/AVP 0\r\n", "udp any > 2001:db8::5:5004 SipRtp; udp any > 2001:db8::5:5005 SipRtcp")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=audio 5004 RTP/AVP 0\r\na=rtcp:6000\r\n", "udp any > 10.0.0.5:5004 SipRtp; udp any > 10.0.0.5:6000 SipRtcp")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=audio 5004 RTP/AVP 0\r\na=rtcp:6000 IN IP4 10.0.0.8\r\n", "udp any > 10.0.0.5:5004 SipRtp; udp any > 10.0.0.8:6000 SipRtcp")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=audio 5004 RTP/AVP 0\r\na=rtcp-mux\r\n", "udp any > 10.0.0.5:5004 SipRtp")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=image 5004 udptl t38\r\n", "udp any > 10.0.0.5:5004 SipMedia")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=image 5004/2 udptl t38\r\n", "udp any > 10.0.0.5:5004 SipMedia; udp any > 10.0.0.5:5005 SipMedia")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=message 5004 TCP/MSRP *\r\n", "tcp any > 10.0.0.5:5004 SipMedia")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=audio 0 RTP/AVP 0\r\n", "")]
    [InlineData("c=IN IP4 0.0.0.0\r\nm=audio 5004 RTP/AVP 0\r\n", "Refused")]
    [InlineData("c=IN IP4 media.example\r\nm=audio 5004 RTP/AVP 0\r\n", "Refused")]
    [InlineData("c=IN IP4 224.2.1.1/127\r\nm=audio 5004 RTP/AVP 0\r\n", "Refused")]
    [InlineData("m=audio 5004 RTP/AVP 0\r\n", "")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=audio 65535 RTP/AVP 0\r\n", "udp any > 10.0.0.5:65535 SipRtp")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=audio 99999 RTP/AVP 0\r\n", "")]
    [InlineData("c=IN IP4 10.0.0.5\r\nm=audio\r\nm=\r\nm\r\nc=\r\n", "Refused")]
    public void Media_are_read(string body, string expected) => Assert.Equal(expected, Announced.Sip(Message(body)));

    [Theory]
    [InlineData("2", 4, "")]
    [InlineData("1000000", 8, "; TooMany")]
    [InlineData("99999999999999999999", 8, "; TooMany")]
    public void Many_ports_are_a_few(string pairs, int found, string note)
    {
        string text = Announced.Sip(Message($"c=IN IP4 10.0.0.5\r\nm=audio 5004/{pairs} RTP/AVP 0\r\n"));
        Assert.Equal(found, text.Split("udp").Length - 1);
        Assert.EndsWith((found == 4 ? "10.0.0.5:5007 SipRtcp" : "10.0.0.5:5011 SipRtcp") + note, text);
    }

    [Fact]
    public void What_is_no_sdp_announces_nothing()
    {
        Assert.Equal("", Announced.Sip(Message(Audio).Replace("application/sdp", "text/plain", StringComparison.Ordinal)));
        Assert.Equal("", Announced.Sip(Audio));
        Assert.Equal("", Announced.Sip("INVITE sip:a@b HTTP/1.1\r\n\r\n" + Audio));
        Assert.Equal("", Announced.Sip(""));
    }

    [Fact]
    public void Compact_headers_are_headers() =>
        Assert.StartsWith("udp any > 10.0.0.5:5004", Announced.Sip($"INVITE sip:a@b SIP/2.0\r\nc: application/sdp\r\nl : {Audio.Length}\r\n\r\n{Audio}"), StringComparison.Ordinal);

    [Fact]
    public void Every_prefix_announces_the_beginning_of_the_whole()
    {
        string message = Message(Audio), whole = Announced.Sip(message);
        for (int length = 1; length < message.Length; length++)
        {
            string part = Announced.Sip(message[..length]);
            if (length > 30) Assert.EndsWith("Incomplete", part);
            Assert.StartsWith(part.Replace("; Incomplete", "", StringComparison.Ordinal).Replace("Incomplete", "", StringComparison.Ordinal), whole);
        }
    }

    private static string Message(string body, string start = "INVITE sip:a@b SIP/2.0") =>
        $"{start}\r\nVia: SIP/2.0/UDP 10.0.0.5\r\nContent-Type: application/sdp\r\nContent-Length: {body.Length}\r\n\r\n{body}";
}
