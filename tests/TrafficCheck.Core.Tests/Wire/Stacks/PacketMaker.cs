using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>IP packets: IPv4 with options, IPv6 with extension headers, authentication in both, and fragments of either.</summary>
internal sealed class PacketMaker(Random random)
{
    /// <param name="mayFragment">Whether the result may be a piece of a packet.</param>
    public Stack Make(Upper upper, bool mayFragment)
    {
        bool v4 = upper.Protocol == Upper.Icmp || (upper.Protocol != Upper.Icmpv6 && random.Next(2) == 0);
        bool fragment = mayFragment && upper.Length > 8 && random.Next(6) == 0;
        string source = Address(v4), destination = Address(v4);
        int headers = 0, authentications = 0;
        FrameBuilder ip;
        string words;
        if (v4)
        {
            byte[] options = random.Next(4) == 0 ? [.. Enumerable.Repeat((byte)1, random.Next(1, 41))] : [];
            ip = FrameBuilder.RawIp().IPv4(source, destination, (byte)random.Next(1, 256), options: options, dontFragment: random.Next(2) == 0);
            words = options.Length > 0 ? "ipv4 with options" : "ipv4";
            while (!fragment && authentications < 2 && random.Next(12) == 0) ip = Authenticate(ip, ref authentications, ref words);
        }
        else
        {
            ip = FrameBuilder.RawIp().IPv6(source, destination, (byte)random.Next(1, 256), (byte)random.Next(256), (uint)random.Next(1 << 20));
            words = "ipv6";
            for (; headers < 5 && random.Next(3) == 0; headers++) ip = Extend(ip, fragment, ref authentications, ref words);
        }

        FrameBuilder whole = upper.AddTo(ip);
        Stack stack = fragment ? Piece(whole, upper, v4) : Whole(whole, upper, v4);
        return stack with
        {
            Words = $"{words}{(fragment ? ", fragment" : "")} > {upper.Protocol} {upper.Source} {upper.Destination} +{upper.Data.Length}",
            Facts = stack.Facts with { Source = source, Destination = destination },
            IsPlain = authentications == 0 && headers <= 1 && !(fragment && !v4) && upper.Protocol is Upper.Tcp or Upper.Udp or Upper.Icmp or Upper.Icmpv6 && !words.Contains("atomic", StringComparison.Ordinal),
        };
    }

    /// <summary>The same packet with only its first bytes there.</summary>
    /// <param name="keep">Bytes of the stack; all of the packet's headers before its transport must be among them.</param>
    public static Stack Cut(Stack stack, int keep)
    {
        StackFacts facts = stack.Facts;
        int start = facts.Addresses - (facts.Version == 4 ? 12 : 8), transport = facts.Addresses + facts.TransportOffset;
        if (keep >= start + facts.IpLength) return stack with { Bytes = stack.Bytes[..keep] };
        StackFacts cut = facts with { Oddities = facts.Oddities | Oddities.PacketCut };
        if (facts.Status == DecodeStatus.LaterFragment) cut = cut with { PayloadLength = keep - facts.Payload };
        else
        {
            long declared = facts.IpLength - (transport - start);
            StackFacts bare = cut with { SourcePort = 0, DestinationPort = 0, TcpFlags = 0, DataLength = 0, IcmpType = 0, IcmpCode = 0, Oddities = (facts.Oddities & ~(Oddities.TcpDataOffsetInvalid | Oddities.TcpFlagsMissing)) | Oddities.PacketCut };
            cut = stack.Transport!.Read(bare, transport, keep - transport, declared);
        }

        return stack with { Bytes = stack.Bytes[..keep], Facts = cut, Words = stack.Words + $", cut to {keep}", IsPlain = false };
    }

    private static Stack Whole(FrameBuilder packet, Upper upper, bool v4)
    {
        byte[] bytes = packet.Build();
        int at = bytes.Length - upper.Length;
        StackFacts ip = new() { Version = v4 ? 4 : 6, Addresses = v4 ? 12 : 8, IpLength = bytes.Length, FragmentId = AtomicId(bytes, v4) };
        return new(v4 ? Head.IPv4 : Head.IPv6, bytes, upper.Read(ip, at, upper.Length, upper.Length), "", null, [], true, upper);
    }

    private Stack Piece(FrameBuilder packet, Upper upper, bool v4)
    {
        uint id = (uint)random.Next(1, 65_536);
        int size = 8 * random.Next(1, 1 + ((upper.Length - 1) / 8));
        IReadOnlyList<FrameBuilder> pieces = packet.Fragments(size, id);
        int index = random.Next(pieces.Count), length = index == pieces.Count - 1 ? upper.Length - (index * size) : size;
        byte[] bytes = pieces[index].Build();
        int at = bytes.Length - length;
        StackFacts ip = new() { Version = v4 ? 4 : 6, Addresses = v4 ? 12 : 8, IpLength = bytes.Length, IsFragment = true, FragmentId = id };
        StackFacts facts = index == 0
            ? upper.Read(ip, at, length, length)
            : ip with { Status = DecodeStatus.LaterFragment, Protocol = upper.Protocol, Payload = at, PayloadLength = length, TransportOffset = at - ip.Addresses };
        return new(v4 ? Head.IPv4 : Head.IPv6, bytes, facts, "", null, [], true, upper);
    }

    private FrameBuilder Extend(FrameBuilder ip, bool fragment, ref int authentications, ref string words)
    {
        switch (random.Next(fragment ? 2 : 5))
        {
            case 0:
                words += " hop";
                return ip.HopByHop(new byte[random.Next(3) * 8]);
            case 1:
                words += " routing";
                return ip.Routing(4, 0, random.Next(2) == 0 ? ["2001:db8::9"] : ["2001:db8::9", "2001:db8::a"]);
            case 2:
                words += " destination";
                return ip.DestinationOptions(new byte[random.Next(3) * 8]);
            case 3: return Authenticate(ip, ref authentications, ref words);
            default:
                words += " atomic";
                return ip.Fragment(0, false, AtomicFragment);
        }
    }

    private FrameBuilder Authenticate(FrameBuilder ip, ref int authentications, ref string words)
    {
        authentications++;
        words += " ah";
        return ip.Authentication(icvLength: 4 * random.Next(1, 9));
    }

    private const uint AtomicFragment = 0xa70a1c00;

    /// <summary>An atomic fragment is a whole packet, but its identification is read.</summary>
    private static uint AtomicId(byte[] packet, bool v4)
    {
        ReadOnlySpan<byte> mark = [0xa7, 0x0a, 0x1c, 0x00];
        return !v4 && packet.AsSpan(0, Math.Min(packet.Length, 400)).IndexOf(mark) > 0 ? AtomicFragment : 0;
    }

    private string Address(bool v4) => v4 ? $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}" : $"2001:db8:{random.Next(1, 0xffff):x}::{random.Next(1, 0xffff):x}";
}
