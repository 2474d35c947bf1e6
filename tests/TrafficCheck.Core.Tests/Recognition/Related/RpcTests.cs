using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Recognition.Related;

public sealed class RpcTests
{
    private const string Endpoint = "tcp 10.0.0.5 > 192.0.2.7:49155 RpcEndpoint";

    [Theory]
    [InlineData(4, true)]
    [InlineData(4, false)]
    [InlineData(8, true)]
    [InlineData(8, false)]
    public void A_mapper_gives_ports(int width, bool little)
    {
        Assert.Equal(Endpoint, Announced.Mapper(RpcBytes.MapReply(width, little, RpcBytes.Tower(49155))));
        Assert.Equal(
            Endpoint + "; tcp 10.0.0.5 > 192.0.2.7:49156 RpcEndpoint; udp 10.0.0.5 > 192.0.2.7:50000 RpcEndpoint",
            Announced.Mapper(RpcBytes.MapReply(width, little, RpcBytes.Tower(49155), RpcBytes.Tower(49156, "0.0.0.0"), RpcBytes.Tower(50000, rpc: 0x0a, transport: 8))));
    }

    [Fact]
    public void Another_address_gives_two_candidates() =>
        Assert.Equal(
            "tcp 10.0.0.5 > 192.0.2.7:49155 RpcEndpoint other; tcp 10.0.0.5 > 192.0.2.8:49155 RpcEndpoint other",
            Announced.Mapper(RpcBytes.MapReply(4, true, RpcBytes.Tower(49155, "192.0.2.8"))));

    [Fact]
    public void Only_replies_with_the_form_of_a_map_are_read()
    {
        byte[] reply = RpcBytes.MapReply(4, true, RpcBytes.Tower(49155));
        foreach (var (at, value) in new[] { (0, 4), (2, 0), (3, 2), (24 + 20, 2), (24 + 28, 1), (24 + 32, 2), (24 + 40, 0xff), (24 + 24, 0) })
        {
            byte[] changed = [.. reply];
            changed[at] = (byte)value;
            Assert.DoesNotContain("RpcEndpoint", Announced.Mapper(changed));
        }

        Assert.Equal("Refused", Announced.Mapper(RpcBytes.MapReply(4, true, RpcBytes.Tower(445))));
        Assert.Equal("", Announced.Mapper(RpcBytes.MapReply(4, true, RpcBytes.Tower(49155, rpc: 0x0a))));
        Assert.Equal("", Announced.Mapper(RpcBytes.MapReply(4, true)));
        Assert.Equal("", Announced.Mapper(RpcBytes.MapReply(4, true, new byte[] { 255, 255, 1 }, [], [0])));
    }

    [Fact]
    public void A_million_towers_are_refused()
    {
        byte[] reply = RpcBytes.MapReply(4, true, RpcBytes.Tower(49155));
        foreach (int at in new[] { 20, 24, 32 }) BitConverter.GetBytes(1_000_000).CopyTo(reply, 24 + at);
        Assert.Equal("TooMany", Announced.Mapper(reply));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Every_prefix_announces_the_beginning_of_the_whole(int width)
    {
        byte[] reply = RpcBytes.MapReply(width, true, RpcBytes.Tower(49155), RpcBytes.Tower(49156));
        for (int length = 0; length < reply.Length; length++)
        {
            string part = Announced.Mapper(reply.AsSpan(0, length));
            Assert.Contains(part, new[] { "", "Incomplete", Endpoint + "; Incomplete", Endpoint + "; tcp 10.0.0.5 > 192.0.2.7:49156 RpcEndpoint; Incomplete" });
            if (length >= 24) Assert.EndsWith("Incomplete", part);
        }
    }

    [Fact]
    public void Two_replies_in_one_segment_are_both_read() =>
        Assert.Equal(
            Endpoint + "; tcp 10.0.0.5 > 192.0.2.7:49156 RpcEndpoint",
            Announced.Mapper([.. RpcBytes.MapReply(4, true, RpcBytes.Tower(49155)), .. RpcBytes.MapReply(8, true, RpcBytes.Tower(49156))]));

    [Theory]
    [InlineData(2u, 6, 2049, "tcp 10.0.0.5 > 192.0.2.7:2049 SunRpc")]
    [InlineData(2u, 17, 635, "udp 10.0.0.5 > 192.0.2.7:635 SunRpc")]
    [InlineData(2u, 17, 0, "")]
    [InlineData(2u, 17, 70000, "")]
    [InlineData(2u, 1, 2049, "")]
    [InlineData(3u, "tcp", "192.0.2.7.8.1", "tcp 10.0.0.5 > 192.0.2.7:2049 SunRpc")]
    [InlineData(4u, "udp", "0.0.0.0.8.1", "udp 10.0.0.5 > 192.0.2.7:2049 SunRpc")]
    [InlineData(4u, "tcp6", "::.8.1", "tcp 10.0.0.5 > 192.0.2.7:2049 SunRpc")]
    [InlineData(4u, "tcp6", "2001:db8::.8.1", "tcp 10.0.0.5 > 192.0.2.7:2049 SunRpc other; tcp 10.0.0.5 > 2001:db8:::2049 SunRpc other")]
    [InlineData(3u, "tcp", "192.0.2.8.8.1", "tcp 10.0.0.5 > 192.0.2.7:2049 SunRpc other; tcp 10.0.0.5 > 192.0.2.8:2049 SunRpc other")]
    [InlineData(3u, "tcp", "", "")]
    [InlineData(3u, "tcp", "192.0.2.7.8", "")]
    [InlineData(3u, "tcp", "192.0.2.7.8.256", "")]
    [InlineData(3u, "ticlts", "192.0.2.7.8.1", "")]
    [InlineData(5u, 6, 2049, "")]
    public void A_portmapper_gives_ports(uint version, object transport, object result, string expected)
    {
        byte[] call = RpcBytes.PortmapCall(77, version, transport), reply = RpcBytes.PortmapReply(77, result);
        Assert.Equal(expected, Portmap(call, reply, 17));
        Assert.Equal(expected, Portmap(RpcBytes.InRecord(call), RpcBytes.InRecord(reply), 6));
    }

    [Fact]
    public void A_reply_belongs_to_its_call_alone()
    {
        byte[] call = RpcBytes.PortmapCall(77, 2, 6);
        Assert.Equal("", Portmap(call, RpcBytes.PortmapReply(78, 2049), 17));
        Assert.Equal("", Portmap(RpcBytes.PortmapCall(77, 2, 6, procedure: 4), RpcBytes.PortmapReply(77, 2049), 17));
        Assert.Equal("", Portmap(RpcBytes.PortmapCall(77, 2, 6, program: 100003), RpcBytes.PortmapReply(77, 2049), 17));
        var map = new SunRpcPortmap();
        map.NoteCall(call, Announced.Control(111, 17));
        byte[] reply = RpcBytes.PortmapReply(77, 2049);
        ControlFlow control = Announced.Control(111, 17);
        Assert.Equal("", Announced.Of(found => map.ReadReply(reply, control with { Client = Announced.Server }, found)));
        Assert.Equal("", Announced.Of(found => map.ReadReply(reply, control with { TimeNs = 61 * Announced.Second }, found)));
        Assert.NotEqual("", Announced.Of(found => map.ReadReply(reply, control with { TimeNs = 60 * Announced.Second }, found)));

        // The second reply is a duplicate.
        Assert.Equal("", Announced.Of(found => map.ReadReply(reply, control, found)));
    }

    [Fact]
    public void Calls_without_replies_give_way_and_are_counted()
    {
        var map = new SunRpcPortmap();
        for (uint i = 0; i < 3000; i++) map.NoteCall(RpcBytes.PortmapCall(i, 2, 6), Announced.Control(111, 17));
        Assert.Equal(3000 - 1024, map.Forgotten);
        Assert.NotEqual("", Announced.Of(found => map.ReadReply(RpcBytes.PortmapReply(2999, 2049), Announced.Control(111, 17), found)));
    }

    [Fact]
    public void No_prefix_of_a_portmapper_message_announces_another_port()
    {
        foreach (object result in new object[] { 2049, "192.0.2.7.8.1" })
        {
            byte[] call = RpcBytes.PortmapCall(77, result is int ? 2u : 3u, result is int ? 6 : "tcp"), reply = RpcBytes.PortmapReply(77, result);

            // What follows the transport is not needed: the port; a byte that fills the word, the address, the owner.
            int unneeded = result is int ? 4 : 9, fill = result is int ? 0 : 3;
            for (int length = 0; length < call.Length - unneeded; length++) Assert.Equal("", Portmap(call[..length], reply, 17));
            for (int length = 0; length < reply.Length - fill; length++) Assert.DoesNotContain("SunRpc", Portmap(call, reply[..length], 17));
        }
    }

    [Theory]
    [InlineData("0001 61 00 6f6374657400", "udp 192.0.2.7 > 10.0.0.5:40000 Tftp")]
    [InlineData("0002 61 00 4e45544153434949 00 74736970 00 30 00", "udp 192.0.2.7 > 10.0.0.5:40000 Tftp")]
    [InlineData("0001 61 00 6f63746574", "Incomplete")]
    [InlineData("0001 6161", "Incomplete")]
    [InlineData("0001 61 00 6f637400", "")]
    [InlineData("0001 00 6f6374657400", "")]
    [InlineData("0003 0001 6f6374657400", "")]
    [InlineData("0101 61 00 6f6374657400", "")]
    [InlineData("00", "")]
    public void A_request_of_TFTP_announces_its_answer(string hex, string expected) =>
        Assert.Equal(expected, Announced.Tftp(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    private static string Portmap(byte[] call, byte[] reply, byte transport)
    {
        var map = new SunRpcPortmap();
        map.NoteCall(call, Announced.Control(111, transport));
        return Announced.Of(found => map.ReadReply(reply, Announced.Control(111, transport, 5), found));
    }
}
