using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>What the bytes of a stack under construction begin with.</summary>
internal enum Head { IPv4, IPv6, Ethernet, Link }

/// <summary>Headers stacked so far, from the innermost outwards.</summary>
/// <param name="Facts">What the decoder must say of them.</param>
/// <param name="Words">The headers, outermost first, for the message of a failed test.</param>
/// <param name="Vlan">The tag of the innermost Ethernet frame that has one; null when none has yet.</param>
/// <param name="Tunnels">Outermost first.</param>
/// <param name="HasPacket">Whether a packet counts yet; an ARP message is none.</param>
/// <param name="Transport">The transport of the packet that counts, which decides what a cut does.</param>
internal sealed record Stack(Head Head, byte[] Bytes, StackFacts Facts, string Words, int? Vlan, IReadOnlyList<(TunnelKind, uint)> Tunnels, bool HasPacket, Upper? Transport)
{
    public LinkType LinkType { get; init; } = LinkType.Ethernet;

    public bool LinkBroadcast { get; init; }

    /// <summary>A tunnel is taken for one only when the packet in it is whole.</summary>
    public bool MustBeWhole { get; init; }

    /// <summary>PacketDotNet reads all of it.</summary>
    public bool IsPlain { get; init; } = true;

    /// <summary>The same content behind more bytes.</summary>
    public Stack Behind(ReadOnlySpan<byte> head, Head kind, string word) =>
        this with { Head = kind, Bytes = [.. head, .. Bytes], Facts = Facts.Behind(head.Length), Words = word + " > " + Words };

    public Stack In(TunnelKind kind, uint id) => this with { Tunnels = [(kind, id), .. Tunnels], IsPlain = false };

    /// <summary>What the decoder must say of the whole frame.</summary>
    public StackFacts Expected => HasPacket
        ? Facts with { Vlan = Vlan ?? 0, LinkBroadcast = LinkBroadcast, TunnelDepth = Tunnels.Count, Tunnels = StackFacts.Path(Tunnels) }
        : StackFacts.Without(Facts.Status);
}
