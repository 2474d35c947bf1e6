using TrafficCheck.Core.Tests.Explain;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>
/// Headers stacked at random. The generator says field by field what must be found, without looking at the bytes again; a failure prints the
/// seed, which gives the same frame.
/// </summary>
public sealed class StackTests : IDisposable
{
    private const int Frames = 20_000, FramesCutEverywhere = 600, FramesFlippedEverywhere = 250;

    private readonly StackDecoder _decoder = new();

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public void Every_stack_gives_what_was_put_in()
    {
        var tunnels = new HashSet<string>();
        var statuses = new HashSet<DecodeStatus>();
        var links = new HashSet<LinkType>();
        for (int seed = 0; seed < Frames; seed++)
        {
            Stack stack = StackGenerator.Make(seed);
            StackFacts found = _decoder.Decode(stack.Bytes, stack.LinkType);
            Assert.True(stack.Expected == found, $"{Named(seed, stack)}\nexpected {stack.Expected}\nfound    {found}");
            string? difference = WalkedAndDecoded.Difference(stack.Bytes, stack.LinkType, _decoder.Ports, out _);
            Assert.True(difference is null, $"{Named(seed, stack)}\n{difference}");
            statuses.Add(found.Status);
            links.Add(stack.LinkType);
            foreach ((TunnelKind kind, uint _) in stack.Tunnels) tunnels.Add(kind.ToString());
        }

        Assert.Equal(Enum.GetValues<TunnelKind>().Length - 1, tunnels.Count);
        Assert.Equal(8, links.Count);
        Assert.Superset(new HashSet<DecodeStatus> { DecodeStatus.Decoded, DecodeStatus.LaterFragment, DecodeStatus.PortsMissing, DecodeStatus.Arp }, statuses);
    }

    [Fact]
    public void PacketDotNet_agrees_on_the_stacks_that_it_knows()
    {
        int compared = 0, withPorts = 0;
        for (int seed = 0; seed < Frames; seed++)
        {
            Stack stack = StackGenerator.Make(seed);
            if (!stack.IsPlain || !stack.HasPacket || !PacketDotNetView.Knows(stack.LinkType)) continue;
            StackFacts expected = stack.Expected;
            PacketDotNetView? theirs = PacketDotNetView.Of(stack.Bytes, stack.LinkType, out bool threw);

            // It gives up on a fragment too short for its transport's header.
            if (threw && expected.IsFragment) continue;
            Assert.True(theirs is not null && !threw, $"{Named(seed, stack)}: it finds no packet");
            Assert.True((expected.Source, expected.Destination) == (theirs.Source.ToString(), theirs.Destination.ToString()), $"{Named(seed, stack)}: it finds {theirs}");
            Assert.True(expected.Protocol == theirs.Protocol, $"{Named(seed, stack)}: it finds {theirs}");
            compared++;
            if (theirs.SourcePort < 0 || expected.Status != DecodeStatus.Decoded) continue;
            Assert.True((expected.SourcePort, expected.DestinationPort) == (theirs.SourcePort, theirs.DestinationPort), $"{Named(seed, stack)}: it finds {theirs}");
            withPorts++;
        }

        Assert.True(compared > 1000 && withPorts > 800, $"{compared} compared, {withPorts} with ports");
    }

    [Fact]
    public void Cut_anywhere_a_stack_ends_in_one_status_and_is_walked_alike()
    {
        for (int seed = 0; seed < FramesCutEverywhere; seed++)
        {
            Stack stack = StackGenerator.Make(seed);
            for (int length = 0; length <= stack.Bytes.Length; length++) AssertSound(stack.Bytes.AsSpan(0, length), stack.LinkType, () => $"{Named(seed, stack)}, {length} bytes");
        }
    }

    [Fact]
    public void With_any_byte_changed_a_stack_ends_in_one_status_and_is_walked_alike()
    {
        for (int seed = 0; seed < FramesFlippedEverywhere; seed++)
        {
            Stack stack = StackGenerator.Make(seed);
            byte[] bytes = [.. stack.Bytes];
            for (int at = 0; at < bytes.Length; at++)
            {
                foreach (byte change in (ReadOnlySpan<byte>)[0x01, 0x80, 0xff])
                {
                    bytes[at] ^= change;
                    AssertSound(bytes, stack.LinkType, () => $"{Named(seed, stack)}, byte {at} ^ {change}");
                    bytes[at] ^= change;
                }
            }
        }
    }

    private void AssertSound(ReadOnlySpan<byte> frame, LinkType linkType, Func<string> name)
    {
        StackFacts found = _decoder.Decode(frame, linkType);
        Assert.True(found.Status < DecodeStatus.Count, name());
        string? difference = WalkedAndDecoded.Difference(frame, linkType, _decoder.Ports, out _);
        Assert.True(difference is null, difference is null ? "" : $"{name()}\n{difference}");
        if (!DecodeStatusNames.IsDecoded(found.Status)) return;
        Assert.InRange(found.Addresses, 8, frame.Length - (found.Version == 4 ? 8 : 32));
        Assert.InRange(found.PayloadLength, 0, frame.Length);
        if (found.PayloadLength > 0) Assert.InRange(found.Payload, found.Addresses, frame.Length - found.PayloadLength);
        Assert.True(found.DataLength <= found.IpLength);
    }

    private static string Named(int seed, Stack stack) => $"seed {seed}, {stack.LinkType}: {stack.Words}\n{Convert.ToHexString(stack.Bytes)}";
}
