using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>A frame of headers stacked at random: a seed gives the same one always.</summary>
internal static class StackGenerator
{
    private const int MostTunnels = 4;

    public static Stack Make(int seed)
    {
        var random = new Random(seed);
        var packets = new PacketMaker(random);
        var links = new LinkMaker(random);
        var tunnels = new TunnelMaker(random, packets, links);
        Stack stack;
        if (random.Next(20) == 0)
        {
            stack = LinkMaker.Arp;
            if (random.Next(2) == 0) stack = tunnels.Wrap(links.Ethernet(stack));
        }
        else
        {
            stack = packets.Make(Upper.Any(random), mayFragment: true);
        }

        // Padding behind an inner frame would be content of the tunnel; there is none inside.
        for (int depth = random.Next(2) == 0 ? 0 : random.Next(1, MostTunnels + 1); depth > 0 && stack.HasPacket; depth--) stack = tunnels.Wrap(stack);
        if (stack.Head != Head.Ethernet && stack.HasPacket && random.Next(10) == 0) stack = links.Ethernet(stack);
        stack = links.Outermost(stack);
        return stack is { HasPacket: true, MustBeWhole: false } && random.Next(5) == 0 ? Cut(stack, random) : stack;
    }

    /// <summary>As a snap length leaves it: somewhere behind the headers of the packet that counts, where what is lost can be said.</summary>
    private static Stack Cut(Stack stack, Random random)
    {
        StackFacts facts = stack.Facts;
        int from = facts.Status == DecodeStatus.LaterFragment ? facts.Payload : facts.Addresses + facts.TransportOffset;

        // A tunnel that is told by its content looks at the first bytes of the packet, or at 20 of them.
        return stack.Transport is null || facts.Oddities.HasFlag(Oddities.TunnelWithoutIp) ? stack : PacketMaker.Cut(stack, random.Next(from, stack.Bytes.Length + 1));
    }
}
