using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>
/// Draws frames of all kinds that take different ways through the stages, between a few hosts, so that flows meet again: ordinary ones of both families,
/// fragments in any order, ICMP errors (whole and fragmented) about flows that live, ended or never were, DNS answers, tunnels, aggregates, copies; at
/// times that go on, stand still, are missing, fall back and jump.
/// </summary>
internal sealed class FrameMix
{
    private const long Ms = 1_000_000, Second = 1000 * Ms, Hour = 3600 * Second;

    private static readonly string[] s_names = ["shop.example.net", "a.cdn.example.net", "other.example.org"];

    private readonly Random _random;
    private readonly List<TimedFrame> _frames = [];
    private readonly List<ushort> _interfaces = [];

    /// <summary>Packets about which errors may speak.</summary>
    private readonly List<byte[]> _sent = [];
    private readonly double _events;
    private long _now = 1_700_000_000 * Second;
    private ushort _interface;
    private ushort _id;

    private FrameMix(int seed)
    {
        _random = new Random(seed);
        _events = _random.Next(3) * 0.01;
    }

    /// <summary>Frames, and for each the interface (and input) it came from.</summary>
    public static (IReadOnlyList<TimedFrame> Frames, IReadOnlyList<ushort> Interfaces) Draw(int seed, int count)
    {
        var mix = new FrameMix(seed);
        while (mix._frames.Count < count) mix.Add();
        return (mix._frames, mix._interfaces);
    }

    private void Add()
    {
        Wait();
        switch (_random.Next(24))
        {
            case < 8: Put(Packet(FrameBuilder.Ethernet())); break;
            case 8: Put(Packet(FrameBuilder.Ethernet().Vlan((ushort)_random.Next(1, 3)))); break;
            case < 11: Fragments(Packet(FrameBuilder.Ethernet(), large: true)); break;
            case < 14: Put(Error()); break;
            case 14: Fragments(Error()); break;
            case < 17: Put(Answer()); break;
            case 17: Put(Tunnel()); break;
            case 18: Put(Aggregate(_random.Next(20) == 0 ? 200 : _random.Next(1, 5))); break;
            case 19: Put(FrameBuilder.Ethernet().Arp(1, FrameBuilder.FirstMac, "10.0.0.5", FrameBuilder.SecondMac, "10.0.0.6").At(_now)); break;
            case < 22: Copy(); break;
            case 22: Put(FrameBuilder.Ethernet().IPv4(V4(0), V4(1)).IcmpEcho(_random.Next(2) == 0, 1, 1)); break;
            default: Put(Packet(FrameBuilder.Ethernet()).At(_now).Cut(_random.Next(1, 80))); break;
        }
    }

    /// <summary>Mostly a little later; now and then anything that clocks do.</summary>
    private void Wait()
    {
        if (_random.Next(40) == 0) _interface = (ushort)_random.Next(3);
        _now += _random.Next(4) * _random.Next(3 * (int)Ms);
        if (_random.NextDouble() >= _events) return;
        _now += _random.Next(6) switch
        {
            0 => 20 * Second,
            1 => 70 * Second,
            2 => 400 * Second,
            3 => 2 * Hour,
            4 => -2 * Hour,
            _ => 59 * 60 * Second,
        };
    }

    private void Put(FrameBuilder frame) => Put(frame.At(_now));

    private void Put(TimedFrame frame)
    {
        long time = _random.Next(60) switch
        {
            0 => 0,
            1 => _now - _random.Next(90) * Ms,
            2 => _now - _random.Next(30) * Second,
            3 => _random.Next(6) == 0 ? _now + (2 * Hour) : _now,
            _ => _now,
        };
        _frames.Add(frame with { TimestampNs = time });
        _interfaces.Add(_interface);
    }

    private string V4(int side) => side == 0 ? "10.0.0.5" : $"192.0.2.{_random.Next(1, 5)}";

    private string V6(int side) => side == 0 ? "2001:db8::5" : $"2001:db8:1::{_random.Next(1, 5)}";

    private (string From, string To) Ends(bool v6, bool out_)
    {
        string host = v6 ? V6(0) : V4(0), peer = v6 ? V6(1) : V4(1);
        if (_random.Next(30) == 0) host = v6 ? "2001:db8:1::9" : "192.0.2.9"; // transit
        return out_ ? (host, peer) : (peer, host);
    }

    private FrameBuilder Packet(FrameBuilder link, bool large = false)
    {
        bool v6 = _random.Next(3) == 0, goesOut = _random.Next(2) == 0, tcp = !large && _random.Next(5) < 3;
        var (from, to) = Ends(v6, goesOut);
        FrameBuilder ip = v6 ? link.IPv6(from, to) : link.IPv4(from, to, id: _id++);
        if (v6 && _random.Next(6) == 0) ip = ip.HopByHop();
        ushort client = (ushort)_random.Next(40000, 40000 + (_random.Next(3) == 0 ? 400 : 6)), server = new ushort[] { 25, 443, 80, 8080, 53 }[_random.Next(5)];
        bool fromClient = _random.Next(2) == 0;
        (ushort source, ushort destination) = fromClient ? (client, server) : (server, client);
        if (tcp)
        {
            TcpFlags flags = _random.Next(7) switch
            {
                0 => fromClient ? TcpFlags.Syn : TcpFlags.Syn | TcpFlags.Ack,
                1 => TcpFlags.Fin | TcpFlags.Ack,
                2 => TcpFlags.Rst,
                _ => TcpFlags.Ack,
            };
            ip = ip.Tcp(source, destination, flags, seq: (uint)_random.Next(2000));
        }
        else
        {
            ip = ip.Udp(source, destination);
        }

        int length = large ? _random.Next(40, 300) : _random.Next(3) == 0 ? 0 : _random.Next(1, 120);
        var data = new byte[length];
        _random.NextBytes(data);
        if (tcp && length > 40 && server == 80) data = [.. System.Text.Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {s_names[_random.Next(3)]}\r\n\r\n")];
        FrameBuilder packet = data.Length == 0 ? ip : ip.Payload(data);
        byte[] bytes = packet.BuildIpPacket();
        if (_sent.Count < 60) _sent.Add(bytes);
        else _sent[_random.Next(_sent.Count)] = bytes;
        return packet;
    }

    /// <summary>About a packet that was sent, perhaps long ago, or never.</summary>
    private FrameBuilder Error()
    {
        if (_random.Next(4) == 0) Packet(FrameBuilder.Ethernet());
        byte[] about = _sent.Count == 0 ? FrameBuilder.RawIPv4().IPv4(V4(0), V4(1)).Udp(5, 6).BuildIpPacket() : _sent[_random.Next(_sent.Count)];
        var (from, to) = Ends(about[0] >> 4 == 6, _random.Next(2) == 0);
        return about[0] >> 4 == 6
            ? FrameBuilder.Ethernet().IPv6(from, to).Icmp6Error(1, 4, about)
            : FrameBuilder.Ethernet().IPv4(from, to, id: _id++).IcmpError(3, 3, about, quotedLength: about.Length);
    }

    private FrameBuilder Answer()
    {
        string name = s_names[_random.Next(3)];
        DnsBytes answer = DnsBytes.Response(name);
        string address = _random.Next(3) == 0 ? V6(1) : V4(1);
        answer = _random.Next(2) == 0 ? answer.Address(name, address) : answer.Alias(name, "edge.example.com").Address("edge.example.com", address);
        bool v6 = _random.Next(4) == 0;
        FrameBuilder ip = v6 ? FrameBuilder.Ethernet().IPv6(V6(1), V6(0)) : FrameBuilder.Ethernet().IPv4(V4(1), V4(0), id: _id++);
        return ip.Udp(53, (ushort)_random.Next(5000, 5010)).Payload(answer.ToArray());
    }

    private FrameBuilder Tunnel()
    {
        byte[] inner = Packet(FrameBuilder.Ethernet()).Build(), innerIp = _sent[^1];
        FrameBuilder outer = FrameBuilder.Ethernet().IPv4("172.16.0.1", "172.16.0.2", id: _id++);
        return _random.Next(2) == 0 ? outer.Udp(7000, 4789).Payload([8, 0, 0, 0, 0, 0, (byte)_random.Next(4), 0, .. inner]) : outer.Protocol(innerIp[0] >> 4 == 6 ? (byte)41 : (byte)4, innerIp);
    }

    private TimedFrame Aggregate(int parts)
    {
        var all = new List<byte[]>();
        for (int i = 0; i < parts; i++)
        {
            FrameBuilder packet = _random.Next(8) == 0 ? Error() : Packet(FrameBuilder.Ethernet());
            IReadOnlyList<FrameBuilder> pieces = _random.Next(8) == 0 ? packet.Fragments(24, (uint)_random.Next(1000, 1010)) : [packet];
            all.Add(WirelessFrames.Snap(pieces[_random.Next(pieces.Count)]));
        }

        return WirelessFrames.Aggregate(all).At(_now);
    }

    /// <summary>Several datagrams with few identifications among them, so that parts are also mistaken for those of others.</summary>
    private void Fragments(FrameBuilder datagram)
    {
        FrameBuilder[] pieces = [.. datagram.Fragments(8 * _random.Next(2, 10), (uint)_random.Next(70_000, 70_006))];
        if (_random.Next(2) == 0) _random.Shuffle(pieces);
        foreach (FrameBuilder piece in pieces)
        {
            if (_random.Next(10) == 0) continue;
            Put(piece);
            if (_random.Next(4) == 0) Put(Packet(FrameBuilder.Ethernet()));
            Wait();
        }
    }

    private void Copy()
    {
        if (_frames.Count == 0) return;
        TimedFrame frame = _frames[Math.Max(0, _frames.Count - _random.Next(1, 6))];
        _frames.Add(frame with { TimestampNs = _random.Next(2) == 0 ? frame.TimestampNs : _now });
        _interfaces.Add(_interface);
    }
}
