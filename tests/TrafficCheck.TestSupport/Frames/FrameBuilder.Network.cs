using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using TrafficCheck.TestSupport.Frames.Layers;

namespace TrafficCheck.TestSupport.Frames;

// IP headers, extension headers and fragments.
public sealed partial class FrameBuilder
{
    /// <param name="fragmentOffset">In units of eight bytes, as in the header.</param>
    /// <param name="options">Padded with zeros (end of list) to a multiple of four.</param>
    /// <param name="totalLength">Overrides the total length; so do the other nullable parameters for their fields.</param>
    public FrameBuilder IPv4(
        string source, string destination, byte ttl = 64, ushort id = 0, bool dontFragment = false, bool moreFragments = false,
        ushort fragmentOffset = 0, byte[]? options = null, byte tos = 0, byte? protocol = null, ushort? totalLength = null,
        byte? headerWords = null, byte version = 4, ushort? checksum = null) =>
        Add(new IPv4Layer(Address(source), Address(destination))
        {
            Ttl = ttl,
            Identification = id,
            DontFragment = dontFragment,
            MoreFragments = moreFragments,
            FragmentOffset = fragmentOffset,
            Options = options ?? [],
            TypeOfService = tos,
            Protocol = protocol,
            TotalLength = totalLength,
            HeaderWords = headerWords,
            Version = version,
            Checksum = checksum,
        });

    public FrameBuilder IPv6(
        string source, string destination, byte hopLimit = 64, byte trafficClass = 0, uint flowLabel = 0, byte? nextHeader = null,
        ushort? payloadLength = null, byte version = 6) =>
        Add(new IPv6Layer(Address(source), Address(destination))
        {
            HopLimit = hopLimit,
            TrafficClass = trafficClass,
            FlowLabel = flowLabel,
            NextHeader = nextHeader,
            PayloadLength = payloadLength,
            Version = version,
        });

    /// <summary>IPv4 or IPv6 with defaults, by the family of the addresses.</summary>
    public FrameBuilder Ip(string source, string destination, byte ttl = 64, ushort id = 0) =>
        Address(source).AddressFamily == AddressFamily.InterNetworkV6
            ? IPv6(source, destination, ttl)
            : IPv4(source, destination, ttl, id, dontFragment: id == 0);

    /// <summary>Hop-by-hop options (0). <paramref name="options"/> are padded with PadN to 8n+6 bytes; none gives one PadN.</summary>
    public FrameBuilder HopByHop(byte[]? options = null, byte? nextHeader = null, byte? lengthByte = null) =>
        Options(0, options, nextHeader, lengthByte);

    /// <summary>Destination options (60), padded like <see cref="HopByHop"/>.</summary>
    public FrameBuilder DestinationOptions(byte[]? options = null, byte? nextHeader = null, byte? lengthByte = null) =>
        Options(60, options, nextHeader, lengthByte);

    /// <summary>
    /// Routing header (43) with a list of addresses. With <paramref name="segmentsLeft"/> above zero a transport checksum would have to
    /// use the final destination; the builder uses the one in the IPv6 header.
    /// </summary>
    public FrameBuilder Routing(
        byte type = 0, byte segmentsLeft = 0, IReadOnlyList<string>? addresses = null, byte? nextHeader = null, byte? lengthByte = null)
    {
        byte[] body = [type, segmentsLeft, 0, 0, 0, 0, .. (addresses ?? []).SelectMany(a => Address(a).GetAddressBytes())];
        return Add(new IPv6ExtensionLayer(43, lengthByte ?? (byte)((body.Length - 6) / 8), body, nextHeader));
    }

    /// <summary>Fragment header (44).</summary>
    /// <param name="offset">In units of eight bytes, as in the header.</param>
    public FrameBuilder Fragment(ushort offset, bool more, uint id, byte? nextHeader = null)
    {
        var body = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)((offset << 3) | (more ? 1 : 0)));
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(2), id);
        return Add(new IPv6ExtensionLayer(44, 0, body, nextHeader));
    }

    /// <summary>
    /// Authentication header (51, RFC 4302) behind IPv4 or IPv6. Its length byte counts words of four bytes, minus two.
    /// </summary>
    /// <param name="icvLength">Bytes of the integrity check value, a multiple of four; 12 makes the header 24 bytes long.</param>
    public FrameBuilder Authentication(uint spi = 0x100, uint sequence = 1, int icvLength = 12, byte? nextHeader = null, byte? lengthByte = null)
    {
        var body = new byte[10 + icvLength];
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(2), spi);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(6), sequence);
        for (int i = 10; i < body.Length; i++) body[i] = (byte)(0xa0 + i);
        return Add(new IPv6ExtensionLayer(51, lengthByte ?? (byte)(((body.Length + 2) / 4) - 2), body, nextHeader));
    }

    /// <summary>Any other extension header in the usual form (length in units of eight bytes, without the first eight).</summary>
    /// <param name="body">What follows the length byte; 8n+6 bytes for a sound header.</param>
    public FrameBuilder ExtensionHeader(byte number, byte[] body, byte? nextHeader = null, byte? lengthByte = null) =>
        Add(new IPv6ExtensionLayer(number, lengthByte ?? (byte)((body.Length + 2) / 8 - 1), body, nextHeader));

    /// <summary>
    /// The frame as IP fragments of the last IP header: each repeats all layers up to that header (IPv6: and the extension headers
    /// that must be repeated, hop-by-hop and routing, when they follow it) and carries a slice of what is behind. Transport
    /// checksums are those of the whole datagram.
    /// </summary>
    /// <param name="size">Bytes of payload in each fragment but the last; a multiple of eight.</param>
    /// <param name="id">Identification shared by the fragments.</param>
    public IReadOnlyList<FrameBuilder> Fragments(int size, uint id)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(size % 8, 0);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        int ip = LastNetwork();
        int cut = ip + 1;
        while (cut < _layers.Length && _layers[cut] is IPv6ExtensionLayer { Number: 0 or 43 }) cut++;
        int start = _layers.Take(cut).Sum(l => l.Length);
        int content = _layers.Sum(l => l.Length);
        byte[] data = Build()[start..content];
        byte protocol = cut < _layers.Length ? _layers[cut].IpProtocol ?? 253 : (byte)59;

        var fragments = new List<FrameBuilder>();
        for (int at = 0; at < data.Length; at += size)
        {
            bool more = at + size < data.Length;
            var prefix = new FrameBuilder(LinkType, _layers[..cut], _trailer, _minimum);
            var slice = data.AsSpan(at, Math.Min(size, data.Length - at));
            if (_layers[ip] is IPv4Layer v4)
            {
                var header = v4 with
                {
                    Identification = (ushort)id,
                    MoreFragments = more,
                    DontFragment = false,
                    FragmentOffset = (ushort)(at / 8),
                    Protocol = v4.Protocol ?? protocol,
                };
                prefix = new FrameBuilder(LinkType, prefix._layers.SetItem(ip, header), _trailer, _minimum);
            }
            else
            {
                prefix = prefix.Fragment((ushort)(at / 8), more, id, protocol);
            }
            fragments.Add(prefix.Payload(slice));
        }
        return fragments;
    }

    private FrameBuilder Options(byte number, byte[]? options, byte? nextHeader, byte? lengthByte)
    {
        List<byte> body = [.. options ?? []];
        int missing = (6 - (body.Count % 8) + 8) % 8;
        if (missing == 1) body.Add(0);
        else if (missing > 1) body.AddRange([1, (byte)(missing - 2), .. new byte[missing - 2]]);
        return ExtensionHeader(number, [.. body], nextHeader, lengthByte);
    }

    private int LastNetwork()
    {
        for (int i = _layers.Length - 1; i >= 0; i--)
            if (_layers[i] is NetworkLayer) return i;
        throw new InvalidOperationException("The frame has no IP header.");
    }
}
