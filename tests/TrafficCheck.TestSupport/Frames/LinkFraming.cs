using TrafficCheck.Core.Wire;

namespace TrafficCheck.TestSupport.Frames;

/// <summary>What lies around the IP packets of a scripted conversation.</summary>
public sealed record LinkFraming
{
    public static LinkFraming Ethernet { get; } = new();

    public LinkType LinkType { get; init; } = LinkType.Ethernet;

    public string ClientMac { get; init; } = FrameBuilder.FirstMac;

    public string ServerMac { get; init; } = FrameBuilder.SecondMac;

    /// <summary>802.1Q tag, or null for untagged frames. Ethernet only.</summary>
    public ushort? Vlan { get; init; }

    /// <summary>802.1ad tag outside <see cref="Vlan"/>, or null. Ethernet only.</summary>
    public ushort? ServiceVlan { get; init; }

    /// <summary>The link header of a frame of one side.</summary>
    public FrameBuilder Start(bool fromClient)
    {
        string source = fromClient ? ClientMac : ServerMac;
        string destination = fromClient ? ServerMac : ClientMac;
        FrameBuilder frame = LinkType switch
        {
            LinkType.Ethernet => FrameBuilder.Ethernet(source, destination),
            LinkType.LinuxSll => FrameBuilder.Cooked1(source: source),
            LinkType.LinuxSll2 => FrameBuilder.Cooked2(source: source),
            LinkType.RawIp => FrameBuilder.RawIp(),
            LinkType.BsdNull => FrameBuilder.BsdNull(),
            LinkType.BsdLoop => FrameBuilder.BsdLoop(),
            _ => throw new NotSupportedException($"No framing for {LinkType}."),
        };
        if (ServiceVlan is { } outer) frame = frame.ServiceVlan(outer);
        if (Vlan is { } tag) frame = frame.Vlan(tag);
        return frame;
    }
}
