namespace TrafficCheck.TestSupport.Frames;

/// <summary>Ready-made TCP option lists, as bytes; the builder pads a list to a multiple of four.</summary>
public static class TcpOptions
{
    /// <summary>What a SYN usually carries: segment size 1460, SACK permitted, window scale 7.</summary>
    public static byte[] Syn => [2, 4, 0x05, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7];

    /// <summary>Timestamps (RFC 7323) behind two NOPs.</summary>
    public static byte[] Timestamps(uint value, uint echo) =>
    [
        1, 1, 8, 10,
        (byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value,
        (byte)(echo >> 24), (byte)(echo >> 16), (byte)(echo >> 8), (byte)echo,
    ];
}
