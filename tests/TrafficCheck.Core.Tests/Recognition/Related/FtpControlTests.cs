using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Related;

public sealed class FtpControlTests
{
    [Theory]
    [InlineData("PORT 10,0,0,5,156,64\r\n", "tcp 192.0.2.7 > 10.0.0.5:40000 FtpActive")]
    [InlineData("port 10,0,0,5,156,64\n", "tcp 192.0.2.7 > 10.0.0.5:40000 FtpActive")]
    [InlineData("TYPE I\r\nPORT 10,0,0,5,156,64\r\nRETR x\r\n", "tcp 192.0.2.7 > 10.0.0.5:40000 FtpActive")]
    [InlineData("EPRT |1|10.0.0.5|40000|\r\n", "tcp 192.0.2.7 > 10.0.0.5:40000 FtpActive")]
    [InlineData("EPRT !1!10.0.0.5!40000!\r\n", "tcp 192.0.2.7 > 10.0.0.5:40000 FtpActive")]
    // Behind NAT, or a bounce to a third host: only the client itself can be meant.
    [InlineData("PORT 198,51,100,9,156,64\r\n", "tcp 192.0.2.7 > 10.0.0.5:40000 FtpActive other; Refused")]
    [InlineData("EPRT |2|2001:db8::9|40000|\r\n", "tcp 192.0.2.7 > 10.0.0.5:40000 FtpActive other; Refused")]
    [InlineData("PORT 10,0,0,5,0,25\r\n", "Refused")]
    [InlineData("PORT 10,0,0,5,3,255\r\n", "Refused")]
    [InlineData("PORT 10,0,0,5,4,0\r\n", "tcp 192.0.2.7 > 10.0.0.5:1024 FtpActive")]
    [InlineData("PORT 10,0,0,256,4,0\r\n", "Refused")]
    [InlineData("PORT 10,0,0,5,4\r\n", "Refused")]
    [InlineData("PORT 10,0,0,5,4,0,1\r\n", "Refused")]
    [InlineData("PORT \r\n", "Refused")]
    [InlineData("EPRT |1|10.0.0.5|70000|\r\n", "Refused")]
    [InlineData("EPRT |3|10.0.0.5|40000|\r\n", "Refused")]
    [InlineData("EPRT |1|10.0.0.5|40000\r\n", "Refused")]
    [InlineData("EPRT |1|0x0a000005|40000|\r\n", "Refused")]
    [InlineData("EPRT |2|[2001:db8::9]|40000|\r\n", "Refused")]
    [InlineData("EPRT \r\n", "Refused")]
    [InlineData("PORT 10,0,0,5,156,6", "Incomplete")]
    [InlineData("USER x\r\nPORT 10,0,0,5,156,6", "Incomplete")]
    [InlineData("AUTH TLS\r\n", "TlsRequested")]
    [InlineData("auth ssl \r\n", "TlsRequested")]
    [InlineData("AUTH GSSAPI\r\n", "")]
    [InlineData("XPORT 10,0,0,5,156,64\r\n", "")]
    [InlineData("227 Entering Passive Mode (192,0,2,7,15,160)\r\n", "")]
    [InlineData("", "")]
    public void A_client_announces(string text, string expected) => Assert.Equal(expected, Announced.FtpClient(text));

    [Theory]
    [InlineData("227 Entering Passive Mode (192,0,2,7,15,160).\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive")]
    [InlineData("227 Entering Passive Mode. 192,0,2,7,15,160\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive")]
    [InlineData("227 =192,0,2,7,15,160\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive")]
    [InlineData("227 Server 1 of 2, mode 7 (192,0,2,7,15,160)\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive")]
    [InlineData("200 OK\r\n227 (192,0,2,7,15,160)\r\n150 Go\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive")]
    [InlineData("227 (192,168,1,9,15,160)\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive other; tcp 10.0.0.5 > 192.168.1.9:4000 FtpPassive other")]
    [InlineData("227 (0,0,0,0,15,160)\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive other; Refused")]
    [InlineData("227 (192,0,2,7,0,25)\r\n", "Refused")]
    [InlineData("227 (192,0,2,7,15)\r\n", "Refused")]
    [InlineData("227 no\r\n", "Refused")]
    [InlineData("227 7\r\n", "Refused")]
    [InlineData("227 (192,0,2,7,15,16", "Incomplete")]
    [InlineData("229 Entering Extended Passive Mode (|||4000|)\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive")]
    [InlineData("229 (!!!4000!)\r\n", "tcp 10.0.0.5 > 192.0.2.7:4000 FtpPassive")]
    [InlineData("229 (|||4000)\r\n", "Refused")]
    [InlineData("229 (|||99999|)\r\n", "Refused")]
    [InlineData("229 (|1||4000|)\r\n", "Refused")]
    [InlineData("229 |||4000|\r\n", "Refused")]
    [InlineData("229 (\r\n", "Refused")]
    [InlineData("234 AUTH TLS OK\r\n", "TlsAccepted")]
    [InlineData("150 Opening data connection (192,0,2,7,15,160)\r\n", "")]
    [InlineData("PORT 192,0,2,7,15,160\r\n", "")]
    public void A_server_announces(string text, string expected) => Assert.Equal(expected, Announced.FtpServer(text));

    [Fact]
    public void IPv6_has_the_extended_forms()
    {
        IpAddress client = IpAddress.V6(0x20010db8_00000000, 5), server = IpAddress.V6(0x20010db8_00000000, 7);
        var control = new ControlFlow(client, 40000, server, 21, 6, 5, 9);
        Assert.Equal("tcp 2001:db8::7 > 2001:db8::5:40000 FtpActive", Announced.FtpClient("EPRT |2|2001:DB8:0::5|40000|\r\n", control));
        Assert.Equal("tcp 2001:db8::5 > 2001:db8::7:4000 FtpPassive", Announced.FtpServer("229 (|||4000|)\r\n", control));
    }

    [Fact]
    public void No_prefix_announces_another_port()
    {
        foreach (string text in new[] { "PORT 10,0,0,5,156,64\r\n", "EPRT |1|10.0.0.5|40000|\r\n" })
        {
            for (int length = 0; length < text.Length; length++) Assert.Equal(length == 0 ? "" : "Incomplete", Announced.FtpClient(text[..length]));
        }

        foreach (string text in new[] { "227 (192,0,2,7,15,160)\r\n", "229 (|||4000|)\r\n" })
        {
            for (int length = 0; length < text.Length; length++) Assert.Equal(length == 0 ? "" : "Incomplete", Announced.FtpServer(text[..length]));
        }
    }

    [Fact]
    public void More_than_there_is_room_for_is_noted()
    {
        string flood = string.Concat(Enumerable.Range(0, 3000).Select(i => $"PORT 10,0,0,5,{4 + (i >> 8)},{i & 255}\r\n"));
        var found = new Expectation[4];
        RelatedReading reading = FtpControl.ReadClient(System.Text.Encoding.ASCII.GetBytes(flood), Announced.Control(), found);
        Assert.Equal((4, RelatedNotes.TooMany), (reading.Found, reading.Notes));
        Assert.Equal(1027, found[3].ResponderPort);
    }

    [Fact]
    public void An_announcement_says_when_it_ends_and_where_it_stands()
    {
        var found = new Expectation[1];
        FtpControl.ReadServer("229 (|||4000|)\r\n"u8, Announced.Control(timeNs: 7 * Announced.Second), found);
        Assert.Equal((307 * Announced.Second, 9L), (found[0].ExpiresNs, found[0].Frame));
        FtpControl.ReadServer("229 (|||4000|)\r\n"u8, Announced.Control(timeNs: long.MaxValue - 1), found);
        Assert.Equal(long.MaxValue, found[0].ExpiresNs);
    }
}
