using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>Decodes frames that lie against pages which nobody may touch: once the page behind them, once the one before.</summary>
internal sealed unsafe class StackDecoder : IDisposable
{
    private readonly GuardedMemory _memory = new(1 << 14);

    public TunnelPorts Ports { get; } = new(TunnelPorts.Standard);

    public StackFacts Decode(ReadOnlySpan<byte> frame, LinkType linkType)
    {
        StackFacts last = Decode(_memory.PutLast(frame), frame.Length, linkType), first = Decode(_memory.PutFirst(frame), frame.Length, linkType);
        Assert.Equal(last, first);
        return last;
    }

    public void Dispose()
    {
        _memory.Dispose();
        Ports.Dispose();
    }

    private StackFacts Decode(byte* frame, int length, LinkType linkType)
    {
        DecodeStatus status = FrameDecoder.Decode(frame, length, linkType, out PacketSummary packet);
        if (status == DecodeStatus.Decoded) status = TunnelDecoder.Unwrap(status, ref packet, Ports);
        return StackFacts.Of(status, in packet, frame);
    }
}
