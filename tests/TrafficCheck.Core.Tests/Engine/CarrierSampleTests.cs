using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>A finding says in which VLANs and tunnels its flows travelled.</summary>
public sealed class CarrierSampleTests
{
    private const string A = EngineRun.Host;

    [Fact]
    public void Those_seen_first_are_named_in_any_order_of_flows()
    {
        Finding finding = Of(Enumerable.Range(1, 9));
        Assert.Equal(["VLAN 1", "VLAN 2", "VLAN 3", "VLAN 4", "VLAN 5"], finding.Carriers!.Seen);
        Assert.True(finding.Carriers is { More: true, All: true });
        finding = Of([7, 0, 7, 7]);
        Assert.Equal(["VLAN 7"], finding.Carriers!.Seen);
        Assert.True(finding.Carriers is { More: false, All: false });
        Assert.Null(Of([0, 0]).Carriers);
    }

    [Fact]
    public void A_tunnel_is_named_with_its_number_and_the_vlan_inside()
    {
        byte[] inner = FrameBuilder.RawIp().Ip("198.51.100.9", A).Udp(5000, 9999).Payload("x").At(0).Bytes;
        byte[] gre = [0x20, 0, 0x08, 0, 0, 0, 0, 77];
        TimedFrame frame = FrameBuilder.Ethernet().Vlan(30).Ip("10.9.9.1", "10.9.9.2").Protocol(47, [.. gre, .. inner]).At(1_000);
        Assert.Equal(["VLAN 30 / gre 77"], Assert.Single(EngineRun.Of([frame]).Report.Findings).Carriers!.Seen);
    }

    private static Finding Of(IEnumerable<int> vlans) => Assert.Single(EngineRun.Of(vlans.Select((vlan, i) =>
    {
        FrameBuilder start = vlan == 0 ? FrameBuilder.Ethernet() : FrameBuilder.Ethernet().Vlan((ushort)vlan);
        return start.Ip($"198.51.100.{i + 1}", A).Udp(5000, 9999).Payload("x").At(1_000 + i);
    })).Report.Findings);
}
