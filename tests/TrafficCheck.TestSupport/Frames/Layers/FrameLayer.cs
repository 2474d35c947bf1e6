namespace TrafficCheck.TestSupport.Frames.Layers;

/// <summary>
/// One header of a frame under construction. Layers are written from the innermost outwards, so that lengths and checksums see
/// finished bytes.
/// </summary>
internal abstract record FrameLayer
{
    /// <summary>Bytes of this header.</summary>
    public abstract int Length { get; }

    /// <summary>EtherType that announces this layer, or null where none does.</summary>
    public virtual ushort? EtherType => null;

    /// <summary>IP protocol number that announces this layer, or null where none does.</summary>
    public virtual byte? IpProtocol => null;

    /// <param name="header">Zeroed room for this header.</param>
    /// <param name="whole">This header and everything behind it up to the end of the content (without trailer).</param>
    /// <param name="inner">The layer behind this one, or null.</param>
    /// <param name="network">The nearest enclosing IP layer, or null.</param>
    public abstract void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network);
}
