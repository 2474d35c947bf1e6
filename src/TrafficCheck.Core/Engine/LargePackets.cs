namespace TrafficCheck.Core.Engine;

/// <summary>Packets larger than a link carries: jumbo frames, or segments that a host's network card has yet to cut or has put together.</summary>
internal sealed class LargePackets
{
    /// <summary>IP bytes of an ordinary Ethernet frame, and of the largest jumbo frame that switches are set to.</summary>
    public const uint Ordinary = 1500, Jumbo = 9216;

    public long AboveOrdinary { get; private set; }

    public long AboveJumbo { get; private set; }

    public void Count(uint ipLength)
    {
        AboveOrdinary++;
        if (ipLength > Jumbo) AboveJumbo++;
    }
}
