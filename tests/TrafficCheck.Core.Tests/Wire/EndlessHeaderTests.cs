using System.Diagnostics;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Tests.Explain;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>
/// Frames of thousands of headers, options and attributes, nested, in a row, and of lengths that do not move on: each ends in a named status, in time
/// that grows no faster than the frame, on a small stack, and <c>explain</c> shows a bounded part of it.
/// </summary>
public sealed class EndlessHeaderTests : IDisposable
{
    private const int Turns = 10_000;

    private static readonly byte[] s_v4 = FrameBuilder.RawIp().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Build();

    private readonly TunnelPorts _ports = new(TunnelPorts.Standard);

    public void Dispose() => _ports.Dispose();

    public static TheoryData<string, string> Chains => new()
    {
        { "vlan tags", "link-nesting-too-deep" },
        { "mpls labels", "link-nesting-too-deep" },
        { "pseudowires", "link-nesting-too-deep" },
        { "backbone bridges", "link-nesting-too-deep" },
        { "bridged frames", "link-nesting-too-deep" },
        { "service headers", "link-nesting-too-deep" },
        { "snap and tags", "link-nesting-too-deep" },
        { "cisco metadata", "link-nesting-too-deep" },
        { "ppp and mpls", "mpls-payload-unknown" },
        { "ip in ip", "tunnel-nesting-too-deep" },
        { "ipv6 in ipv6", "tunnel-nesting-too-deep" },
        { "gre in gre", "tunnel-nesting-too-deep" },
        { "vxlan in vxlan", "tunnel-nesting-too-deep" },
        { "l2tpv3 in itself", "tunnel-nesting-too-deep" },
        { "ipv6 extension headers", "ipv6-extension-chain-too-long" },
        { "authentication headers", "ipv6-extension-chain-too-long" },
        { "authentication headers of IPv4", "decoded" },
        { "extension headers of gtp-u", "decoded" },
        { "extension headers of gtp-u, length 0", "decoded" },
        { "source routes of gre", "decoded" },
        { "options of geneve", "decoded" },
        { "presence words of radiotap", "802.11-without-data" },
        { "attributes of nflog", "decoded" },
        { "attributes of nflog, length 0", "link-header-cut" },
        { "attributes of nflog, length 4", "link-header-cut" },
        { "hop-by-hop options, length 0", "decoded" },
        { "hop-by-hop options, length 1", "decoded" },
        { "hop-by-hop padding", "decoded" },
        { "empty parts of an aggregate", "link-header-cut" },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void Headers_without_end_are_given_up_by_name(string name, string status)
    {
        var (link, bytes) = Build(name, Turns);
        string found = "";
        FrameWalk? walk = null;
        var watch = Stopwatch.StartNew();

        // A tenth of the usual stack: what is nested must not be called nested.
        var thread = new Thread(() => found = Decode(link, bytes), 160 << 10);
        thread.Start();
        thread.Join();
        Assert.Equal(status, found);
        Assert.Null(WalkedAndDecoded.Difference(bytes, link, _ports, out walk));
        int layers = walk.Further.Append(walk).Max(w => w.Layers.Count), fields = walk.Layers.Sum(l => l.Fields.Count);
        Assert.True(layers < 120 && fields < 700, $"{layers} layers, {fields} fields");
        Assert.True(walk.Further.Count < FrameDecoder.MaxParts);

        // A decode of the longest of them takes some hundred microseconds at most; a rule that looks back at each header would take seconds.
        for (int i = 0; i < 200; i++) Decode(link, bytes);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
    }

    [Fact]
    public void The_chains_are_as_long_as_they_claim() =>
        Assert.All(Chains, row => Assert.True(Build(row.Data.Item1, Turns).Bytes.Length > (row.Data.Item1.StartsWith("hop", StringComparison.Ordinal) ? 2000 : 10_000), row.Data.Item1));

    private unsafe string Decode(LinkType link, byte[] bytes)
    {
        fixed (byte* start = (byte[])[.. bytes, .. new byte[FrameBatch.Slack]])
        {
            var parts = new FrameParts(start, bytes.Length, link, _ports);
            parts.Next();
            string first = DecodeStatusNames.Of(parts.Status);
            while (parts.Next())
            {
            }

            return first;
        }
    }

    private static (LinkType Link, byte[] Bytes) Build(string name, int turns)
    {
        byte[] macs = [.. FrameBuilder.Mac(FrameBuilder.SecondMac), .. FrameBuilder.Mac(FrameBuilder.FirstMac)];
        FrameBuilder v4 = FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2"), v6 = FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::2");
        return name switch
        {
            "vlan tags" => Ethernet([.. macs, 0x81, 0, .. Repeat([0, 1, 0x81, 0], turns)]),
            "mpls labels" => Ethernet([.. macs, 0x88, 0x47, .. Repeat([0, 1, 0, 64], turns), 0, 1, 1, 64, .. s_v4]),
            "pseudowires" => Ethernet([.. macs, 0x88, 0x47, .. Repeat([0, 1, 1, 64, 0, 0, 0, 0, .. macs, 0x88, 0x47], turns)]),
            "backbone bridges" => Ethernet([.. macs, 0x88, 0xe7, .. Repeat([0, 0, 0, 1, .. macs, 0x88, 0xe7], turns)]),
            "bridged frames" => Ethernet([.. macs, 0x65, 0x58, .. Repeat([.. macs, 0x65, 0x58], turns)]),
            "service headers" => Ethernet([.. macs, 0x89, 0x4f, .. Repeat([0, 2, 1, 4, 0, 0, 1, 255], turns)]),
            "snap and tags" => Ethernet([.. macs, 0x81, 0, .. Repeat([0, 1, 0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 0x81, 0], turns)]),
            "cisco metadata" => Ethernet([.. macs, 0x89, 0x09, .. Repeat([1, 1, 0, 1, 0, 5, 0x89, 0x09], turns)]),
            "ppp and mpls" => (LinkType.Ppp, [0xff, 3, 2, 0x81, .. Repeat([0, 1, 1, 64, 0, 0, 0, 0, .. macs, 0x88, 0x0b, 0xff, 3, 2, 0x81], turns)]),
            "ip in ip" => Ethernet([.. macs, 8, 0, .. Nest(i => V4Header(4, i * 20), 20, 3000)]),
            "ipv6 in ipv6" => Ethernet([.. macs, 0x86, 0xdd, .. Nest(i => V6Header(41, i * 40), 40, 1500)]),
            "gre in gre" => Ethernet([.. macs, 8, 0, .. Nest(i => [.. V4Header(47, (i * 24) + 4), 0, 0, 8, 0], 24, 2500)]),
            "vxlan in vxlan" => Ethernet([.. macs, 8, 0, .. Nest(i => [.. V4Header(17, (i * 50) + 30), 0, 1, 0x12, 0xb5, .. U16((i * 50) + 30), 0, 0, 8, 0, 0, 0, 0, 0, 1, 0, .. macs, 8, 0], 50, 1250)]),
            "l2tpv3 in itself" => Ethernet([.. macs, 8, 0, .. Nest(i => [.. V4Header(115, (i * 38) + 18), 0, 0, 0, 7, .. macs, 8, 0], 38, 1500)]),
            "ipv6 extension headers" => v6.Protocol(60, Repeat([60, 0, 1, 4, 0, 0, 0, 0], 8000)).AsFrame(),
            "authentication headers" => v6.Protocol(51, Repeat([51, 4, .. new byte[22]], 2700)).AsFrame(),
            "authentication headers of IPv4" => v4.Protocol(51, Repeat([51, 1, .. new byte[10]], 5000)).AsFrame(),
            "extension headers of gtp-u" => v4.Udp(2152, 2152).Payload([0x34, 255, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, .. Repeat([1, 0, 0, 0x85], Turns)]).AsFrame(),
            "extension headers of gtp-u, length 0" => v4.Udp(2152, 2152).Payload([0x34, 255, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, .. Repeat([0, 0, 0, 0x85], Turns)]).AsFrame(),
            "source routes of gre" => v4.Protocol(47, [0x40, 0, 8, 0, 0, 0, 0, 0, .. Repeat([8, 0, 0, 1, 9], Turns)]).AsFrame(),
            "options of geneve" => v4.Udp(1, 6081).Payload([0x3f, 0, 8, 0, 0, 0, 1, 0, .. Repeat([0, 0, 0, 0], Turns)]).AsFrame(),
            "presence words of radiotap" => (LinkType.Ieee80211Radiotap, [0, 0, .. U16Le(4 + (4 * (turns + 1))), .. Repeat([0xff, 0xff, 0xff, 0xff], turns), 0, 0, 0, 0, 0x48, 0, .. new byte[30]]),
            "attributes of nflog" => (LinkType.Nflog, [2, 0, 0, 0, .. Repeat([5, 0, 1, 0, 0, 0, 0, 0], turns), .. U16Le(4 + s_v4.Length), 9, 0, .. s_v4]),
            "attributes of nflog, length 0" => (LinkType.Nflog, [2, 0, 0, 0, .. Repeat([0, 0, 1, 0], turns)]),
            "attributes of nflog, length 4" => (LinkType.Nflog, [2, 0, 0, 0, .. Repeat([4, 0, 1, 0], turns)]),
            "hop-by-hop options, length 0" => FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::2", payloadLength: 0).Protocol(0, [6, 255, .. Repeat([1, 0], 1023), .. s_v4[20..]]).AsFrame(),
            "hop-by-hop options, length 1" => FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::2", payloadLength: 0).Protocol(0, [6, 255, .. Repeat([1, 1, 0], 682), .. s_v4[20..]]).AsFrame(),
            "hop-by-hop padding" => FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::2", payloadLength: 0).Protocol(0, [6, 255, .. new byte[2046], .. s_v4[20..]]).AsFrame(),
            "empty parts of an aggregate" => (LinkType.Ieee80211, WirelessFrames.Aggregate([.. Enumerable.Repeat(Array.Empty<byte>(), 4000)])),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };

        static (LinkType, byte[]) Ethernet(byte[] bytes) => (LinkType.Ethernet, bytes);
    }

    private static byte[] Repeat(byte[] turn, int turns) => [.. Enumerable.Repeat(turn, turns).SelectMany(b => b)];

    /// <summary>Headers inside each other, outermost first, each told how much is inside it in units of one turn; TCP at last.</summary>
    private static byte[] Nest(Func<int, byte[]> header, int size, int turns)
    {
        var bytes = new List<byte>(size * turns);
        for (int left = turns - 1; left >= 0; left--) bytes.AddRange(header(left));
        bytes.AddRange(s_v4[20..]);
        return [.. bytes];
    }

    private static byte[] V4Header(byte protocol, int inside) => [0x45, 0, .. U16(20 + inside), 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];

    private static byte[] V6Header(byte next, int inside) => [0x60, 0, 0, 0, .. U16(inside), next, 64, .. new byte[15], 1, .. new byte[15], 2];

    private static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] U16Le(int value) => [(byte)value, (byte)(value >> 8)];
}

file static class Framed
{
    public static (LinkType, byte[]) AsFrame(this FrameBuilder frame) => (frame.LinkType, frame.Build());
}
