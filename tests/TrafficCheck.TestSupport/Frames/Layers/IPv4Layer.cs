using System.Buffers.Binary;
using System.Net;

namespace TrafficCheck.TestSupport.Frames.Layers;

/// <summary>IPv4 (RFC 791). Null overrides give the right value.</summary>
internal sealed record IPv4Layer(IPAddress Source, IPAddress Destination) : NetworkLayer(Source, Destination)
{
    public byte Ttl { get; init; }

    public byte TypeOfService { get; init; }

    public ushort Identification { get; init; }

    public bool DontFragment { get; init; }

    public bool MoreFragments { get; init; }

    /// <summary>In units of eight bytes, as in the header.</summary>
    public ushort FragmentOffset { get; init; }

    public byte[] Options { get; init; } = [];

    public byte? Protocol { get; init; }

    public ushort? TotalLength { get; init; }

    public byte? HeaderWords { get; init; }

    public byte Version { get; init; } = 4;

    public ushort? Checksum { get; init; }

    public override int Length => 20 + ((Options.Length + 3) & ~3);

    public override ushort? EtherType => 0x0800;

    public override byte? IpProtocol => 4;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        header[0] = (byte)((Version << 4) | ((HeaderWords ?? Length / 4) & 0x0f));
        header[1] = TypeOfService;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], TotalLength ?? (ushort)whole.Length);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], Identification);
        int flags = (DontFragment ? 0x4000 : 0) | (MoreFragments ? 0x2000 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], (ushort)(flags | (FragmentOffset & 0x1fff)));
        header[8] = Ttl;
        header[9] = Protocol ?? inner?.IpProtocol ?? 253; // 253: experiments (RFC 3692)
        Source.TryWriteBytes(header[12..], out _);
        Destination.TryWriteBytes(header[16..], out _);
        Options.CopyTo(header[20..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], Checksum ?? InternetChecksum.Of(header));
    }
}
