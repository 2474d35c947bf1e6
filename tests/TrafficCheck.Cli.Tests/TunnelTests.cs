using System.Text.Json;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>Tunnels as the user of <c>check</c> sees them: what is judged, where attributes stand, what the options change.</summary>
public sealed class TunnelTests
{
    private const string Matrix = "| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n| 25 | TCP | In | mail |\n";
    private const string Host = "192.0.2.2", Client = "192.0.2.1", Outer = "10.0.0.1", OuterPeer = "10.0.0.2";

    private static readonly byte[] s_packet = FrameBuilder.RawIp().Ip(Client, Host).Tcp(4000, 3389, TcpFlags.Syn).Build(),
        s_packet6 = FrameBuilder.RawIp().Ip("2001:db8::1", "2001:db8::2").Tcp(4000, 3389, TcpFlags.Syn).Build(),
        s_frame = FrameBuilder.Ethernet().Vlan(30).Ip(Client, Host).Tcp(4000, 3389, TcpFlags.Syn).Build();

    [Fact]
    public void Attributes_stand_in_every_format()
    {
        using var folder = new TemporaryFolder();
        string capture = Capture(folder, FrameBuilder.Ethernet().Vlan(20).Ip(Outer, OuterPeer).Udp(50_000, 4789).Payload([8, 0, 0, 0, 0, 0, 7, 0, .. s_frame]));
        string csv = Path.Combine(folder.Root, "f.csv"), lines = Path.Combine(folder.Root, "f.ndjson"), json = Path.Combine(folder.Root, "r.json");
        string text = Check(folder, capture, "--flows", csv, "-o", json).Replace('\u00a0', ' ');
        Check(folder, capture, "--flows", lines);
        Assert.Contains("inside VLAN 30 / vxlan 7", string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.EndsWith(",30,vxlan 7", File.ReadAllLines(csv)[1], StringComparison.Ordinal);
        using JsonDocument row = JsonDocument.Parse(File.ReadAllLines(lines)[0]), report = JsonDocument.Parse(File.ReadAllBytes(json));
        Assert.Equal(("30", "vxlan 7"), (row.RootElement.GetProperty("vlan").ToString(), row.RootElement.GetProperty("tunnel").GetString()));
        Assert.Equal(["VLAN 30 / vxlan 7"], report.RootElement.GetProperty("findings")[0].GetProperty("carriers").EnumerateArray().Select(c => c.GetString()));
    }

    [Fact]
    public void No_decap_judges_the_outer_packet()
    {
        using var folder = new TemporaryFolder();
        string capture = Capture(folder, FrameBuilder.Ethernet().Ip(Outer, OuterPeer).Udp(50_000, 4789).Payload([8, 0, 0, 0, 0, 0, 7, 0, .. s_frame]));
        Assert.Equal("tcp,192.0.2.1,4000,192.0.2.2,3389", Flow(folder, capture));
        Assert.Equal("udp,10.0.0.1,50000,10.0.0.2,4789", Flow(folder, capture, "--no-decap"));
    }

    /// <summary>Option, standard port, header, and which packet stands behind it.</summary>
    [Theory]
    [InlineData("--vxlan-port", 4789, "0800000000000700", "frame")]
    [InlineData("--geneve-port", 6081, "0000655800000700", "frame")]
    [InlineData("--gtp-port", 2152, "30ff002800000007", "packet")]
    [InlineData("--teredo-port", 3544, "", "packet6")]
    [InlineData("--l2tp-port", 1701, "0002000700090021", "packet")]
    public void The_port_of_each_tunnel_is_an_option(string option, ushort standard, string head, string content)
    {
        byte[] payload = [.. Convert.FromHexString(head), .. content switch { "frame" => s_frame, "packet" => s_packet, _ => s_packet6 }];
        using var folder = new TemporaryFolder();
        string usual = Capture(folder, FrameBuilder.Ethernet().Ip(Outer, OuterPeer).Udp(50_000, standard).Payload(payload));
        string other = Capture(folder, FrameBuilder.Ethernet().Ip(Outer, OuterPeer).Udp(50_000, 4999).Payload(payload));
        string outer = $"udp,10.0.0.1,50000,10.0.0.2,{standard}";
        Assert.EndsWith(",3389", Flow(folder, usual), StringComparison.Ordinal);
        Assert.Equal(outer, Flow(folder, usual, option, "none"));
        Assert.Equal(outer, Flow(folder, usual, option, "4999"));
        Assert.EndsWith(",3389", Flow(folder, other, option, "4999"), StringComparison.Ordinal);
        Assert.EndsWith(",4999", Flow(folder, other), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_server_at_the_port_of_a_tunnel_is_no_tunnel()
    {
        byte[] query = [0x08, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, .. "example"u8, 3, .. "net"u8, 0, 0, 1, 0, 1];
        using var folder = new TemporaryFolder();
        foreach (ushort port in (ushort[])[4789, 8472, 4790, 6081, 2152, 3544, 1701])
            Assert.Equal($"udp,10.0.0.1,50000,10.0.0.2,{port}", Flow(folder, Capture(folder, FrameBuilder.Ethernet().Ip(Outer, OuterPeer).Udp(50_000, port).Payload(query))));
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Sixteen_packets_inside_each_other_are_followed_and_one_more_is_named(int around, bool followed)
    {
        byte[] packet = s_packet;
        for (int i = 0; i < around; i++) packet = FrameBuilder.RawIp().IPv4($"10.1.0.{i}", $"10.2.0.{i}").Protocol(4, packet).Build();
        using var folder = new TemporaryFolder();
        string file = folder.Write("deep.pcap", new PcapFileBuilder(linkType: Core.Wire.LinkType.RawIp).Add(1_000_000_000, packet).ToArray()), json = Path.Combine(folder.Root, "r.json");
        Check(folder, file, "-o", json);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(json));
        JsonElement counted = report.RootElement.GetProperty("accounting");
        Assert.Equal(followed ? 1 : 0, counted.GetProperty("packetsInFlows").GetInt32());
        Assert.Equal(followed ? [] : [("tunnel-nesting-too-deep", 1)], counted.GetProperty("framesNotDecoded").EnumerateObject().Select(p => (p.Name, p.Value.GetInt32())));
    }

    private static string Capture(TemporaryFolder folder, FrameBuilder frame) =>
        folder.Write(Guid.NewGuid() + ".pcap", new PcapFileBuilder().Add(1_000_000_000, frame.Build()).ToArray());

    /// <summary>Transport and ends of the only flow.</summary>
    private static string Flow(TemporaryFolder folder, string capture, params string[] options)
    {
        string csv = Path.Combine(folder.Root, "flow.csv");
        Check(folder, capture, [.. options, "--flows", csv]);
        return string.Join(',', Assert.Single(File.ReadAllLines(csv).Skip(1)).Split(',')[2..7]);
    }

    private static string Check(TemporaryFolder folder, string capture, params string[] options)
    {
        string matrix = folder.Write("matrix.md", System.Text.Encoding.UTF8.GetBytes(Matrix));
        var (code, output, errors) = Run(["check", capture, "-m", matrix, "-p", Host, .. options]);
        Assert.True(code is 0 or 1 or 4, errors);
        return output;
    }
}
