using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// The short way for what most frames are: Ethernet with one 802.1Q tag or none, IPv4 without options or IPv6 without extension headers, whole TCP or
/// UDP headers, nothing odd but a snap length that cut the payload. One pass reads everything that the flow, the copy filter and the checksums
/// need, and keeps it in registers in between. Whatever is different in any way is left to <see cref="FrameDecoder"/>, which would find the same in
/// these frames (a test compares the two).
/// </summary>
internal sealed unsafe class OrdinaryFrames : IDisposable
{
    /// <summary>Frames of a block.</summary>
    public const int Block = 64;

    private const int TcpMarks = 128;

    // Type fields and flags as a little-endian machine loads them; on others no frame takes the short way.
    private const uint TaggedLittle = 0x0081, V4Little = 0x0008, V6Little = 0xdd86;

    /// <summary>Version and header length, more-fragments and the fragment offset in the first eight bytes, and what they are in ordinary packets.</summary>
    private const ulong V4Shape = 0xff3f_0000_0000_00ff, V4Ordinary = 0x45;

    /// <summary>IPv4 and TCP without options; behind UDP as much must be there, which all but a few of the shortest datagrams have with their padding.</summary>
    private const int ShortestV4 = Ip.V4MinHeader + Ip.TcpMinHeader, ShortestV6 = Ip.V6Header + Ip.TcpMinHeader;

    /// <summary>From 1 to <see cref="FlowMarks.Cut"/>.</summary>
    private const int CutShift = 20;

    private readonly ushort _vlanMask;
    private readonly TunnelPorts _tunnelPorts;
    private readonly CopyFilter? _copies;
    private SpeechDemand _speech;

    /// <summary>A source port, as it is loaded from a packet, whose payloads go the long way; no port when there is none.</summary>
    private uint _readByOthers;
    private readonly byte* _memory;

    /// <summary><see cref="FlowMarks.OfTcp"/> of all flags, without and with data.</summary>
    private readonly byte* _tcpMarks;

    /// <param name="readsDns">Answers of DNS servers are read, which is not done here.</param>
    public OrdinaryFrames(ushort vlanMask, TunnelPorts tunnelPorts, CopyFilter? copies, SpeechDemand speech, bool readsDns)
    {
        _vlanMask = vlanMask;
        _tunnelPorts = tunnelPorts;
        _copies = copies;
        Ask(speech, readsDns);
        int frames = sizeof(Frame) * Block;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(frames + TcpMarks), 64);
        NativeMemory.Clear(_memory, (nuint)(frames + TcpMarks));
        Frames = (Frame*)_memory;
        _tcpMarks = _memory + frames;
        for (int i = 0; i < TcpMarks; i++) _tcpMarks[i] = FlowMarks.OfTcp((byte)(i & 63), i >= 64);
    }

    ~OrdinaryFrames() => Free();

    /// <summary>From now on other payloads are of use.</summary>
    public void Ask(SpeechDemand speech, bool readsDns)
    {
        _speech = speech;
        _readByOthers = readsDns ? Swap(PeerNaming.DnsPort) : uint.MaxValue;
    }

    /// <summary>By their place in the block.</summary>
    public Frame* Frames { get; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads those frames of a block that are ordinary.</summary>
    /// <param name="v4">Where their packets go, one behind the other; with room for the whole block. Time, frame, interface and place are not set here.</param>
    /// <param name="v6">The same for the other family.</param>
    public Sets Read(byte* buffer, ReadOnlySpan<FrameDescriptor> block, FlowPacket<Ipv4Key>* v4, FlowPacket<Ipv6Key>* v6)
    {
        if (!BitConverter.IsLittleEndian) return default;
        byte* kinds = stackalloc byte[Block];
        CopyFilter? copies = _copies;
        fixed (FrameDescriptor* first = block)
        {
            for (int i = 0; i < block.Length; i++)
            {
                // SAFETY: a type field or an address that is read beyond the captured bytes lies within FrameBatch.Slack, and what it says is not used:
                // the IP header and the least of a transport header must have been captured.
                FrameDescriptor* frame = first + i;

                // Of the frame before, because its hash is known by now; that of a frame that was not ordinary is an old one and does no harm.
                if (copies is not null && i > 0) copies.Fetch(Frames[i - 1].CopyHash);
                byte* link = buffer + frame->Offset;
                uint tag = (U16(link + Ethernet.TypeOffset) == TaggedLittle ? 1u : 0) * Ethernet.TagLength; // no branch: nothing tells which it is
                byte* ip = link + Ethernet.HeaderLength + tag;
                int available = frame->CapturedLength - Ethernet.HeaderLength - (int)tag;
                ulong destination = Unsafe.ReadUnaligned<ulong>(link) | 0xffff_0000_0000_0000;
                kinds[i] = (byte)Kind.Other;
                if ((frame->LinkType != LinkType.Ethernet) | (available < ShortestV4) | (frame->WireLength < (uint)frame->CapturedLength) | (destination == ulong.MaxValue)) continue;
                uint type = U16(ip - 2);
                if (type == V4Little)
                {
                    Kind kind = ReadV4(ip, available, VlanOf(ip, tag), frame->Interface, MacsOf(link), v4, Frames + i);
                    kinds[i] = (byte)kind;
                    v4 += (int)(kind & Kind.V4);
                }
                else if (type == V6Little && available >= ShortestV6)
                {
                    Kind kind = ReadV6(ip, available, VlanOf(ip, tag), frame->Interface, MacsOf(link), v6, Frames + i);
                    kinds[i] = (byte)kind;
                    v6 += (int)(kind & Kind.V6) >> 1;
                }
            }
        }

        if (copies is not null && block.Length > 0) copies.Fetch(Frames[block.Length - 1].CopyHash);
        new Span<byte>(kinds + block.Length, Block - block.Length).Clear();
        return new Sets
        {
            V4 = Those(kinds, Kind.V4),
            V6 = Those(kinds, Kind.V6),
            Whole = Those(kinds, Kind.Whole),
            Large = Those(kinds, Kind.Large),
            Offloaded = Those(kinds, Kind.Offloaded),
        };
    }

    // Here and in what is inlined into the loop over a block, arithmetic stands where one would write a condition: of two values the compiler chooses by a
    // jump there, never by a conditional move, and half the packets carry data, and half are cut.

    /// <summary>The smaller of two numbers below 2^31; without a branch, because no processor guesses which packets were cut.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Least(uint declared, int available)
    {
        int beyond = (int)declared - available;
        return (uint)(available + (beyond & (beyond >> 31)));
    }

    /// <summary>The frames whose kind has a flag.</summary>
    private static ulong Those(byte* kinds, Kind flag)
    {
        Vector256<byte> mask = Vector256.Create((byte)flag);
        ulong lower = Vector256.Equals(Vector256.Load(kinds) & mask, mask).ExtractMostSignificantBits();
        ulong upper = Vector256.Equals(Vector256.Load(kinds + 32) & mask, mask).ExtractMostSignificantBits();
        return lower | (upper << 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint VlanOf(byte* ip, uint tag) => Swap((ushort)U16(ip - 4)) & (0u - (tag / Ethernet.TagLength)) & 0xfff;

    /// <summary>Sixteen bits of both hardware addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MacsOf(byte* link) => (U16(link + 4) ^ (31 * U16(link + 10))) & 0xffff;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Kind ReadV4(byte* ip, int available, uint vlan, uint interfaceIndex, uint macs, FlowPacket<Ipv4Key>* into, Frame* about)
    {
        ulong start = Unsafe.ReadUnaligned<ulong>(ip), next = Unsafe.ReadUnaligned<ulong>(ip + 8);
        if ((start & V4Shape) != V4Ordinary) return Kind.Other;
        bool complete = Checksums.IsComplete((uint)start + (start >> 32) + (uint)next + (next >> 32) + Unsafe.ReadUnaligned<uint>(ip + 16));
        if (!complete && (ushort)(next >> 16) != 0) return Kind.Other;
        uint total = Swap((ushort)(start >> 16));
        byte protocol = (byte)(next >> 8);
        byte* at = ip + Ip.V4MinHeader;
        uint taken = Least(total, available);
        if (taken < Ip.V4MinHeader + Ip.UdpHeader || !ReadTransport(at, taken - Ip.V4MinHeader, total - Ip.V4MinHeader, protocol, out Transport transport)) return Kind.Other;
        into->Key = Ipv4Key.Read(ip + Ip.V4Source, protocol, vlan & _vlanMask, out uint fromHigh);
        into->Head.FromHigh = (byte)fromHigh;
        into->Head.Bytes = total;
        into->Head.Vlan = (ushort)vlan;
        uint cut = (uint)(available - (int)total) >> 31;
        into->Head.Marks = MarksOf(in transport, protocol, fromHigh, cut);
        into->Head.Sequence = transport.Sequence;
        into->Head.SequenceLength = transport.SequenceLength;
        byte* end = ip + taken;
        byte* payload = at + Math.Min(transport.Header, taken - Ip.V4MinHeader);
        into->Head.Payload = payload;
        into->Head.PayloadLength = (int)(end - payload);
        into->Head.Packets = 1;
        into->Head.Tunnel = 0;
        into->Head.MayPredateCapture = protocol == Ip.Tcp ? (byte)1 : (byte)0; // until its time is known: by which protocol
        about->Transport = at;
        about->Head = &into->Head;
        if (_copies is { } copies)
        {
            about->CopyHash = CopyHash.OfV4(ip, at, end, protocol, copies.SeedOf((ushort)vlan));
            about->Trait = CopyTrait.Of(vlan, interfaceIndex, macs, (uint)next & 0xff, (ushort)(start >> 32) != 0);
        }

        return (Kind)((uint)Kind.V4 | ((cut ^ 1) * (uint)Kind.Whole) | (((LargePackets.Ordinary - total) >> 31) * (uint)Kind.Large) | (complete ? 0 : (uint)Kind.Offloaded));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Kind ReadV6(byte* ip, int available, uint vlan, uint interfaceIndex, uint macs, FlowPacket<Ipv6Key>* into, Frame* about)
    {
        byte protocol = ip[Ip.V6NextHeader];
        byte* at = ip + Ip.V6Header;
        uint declared = Swap((ushort)U16(ip + Ip.V6PayloadLength));
        uint taken = Least(declared, available - Ip.V6Header);
        if (*ip >> 4 != 6 || taken < Ip.UdpHeader || !ReadTransport(at, taken, declared, protocol, out Transport transport)) return Kind.Other;
        byte* addresses = ip + Ip.V6Source;
        into->Key = Ipv6Key.Create(U64(addresses), U64(addresses + 8), Swap((ushort)transport.Ports), U64(addresses + 16), U64(addresses + 24),
            Swap((ushort)(transport.Ports >> 16)), protocol, (ushort)(vlan & _vlanMask), out byte fromHigh);
        into->Head.FromHigh = fromHigh;
        into->Head.Bytes = Ip.V6Header + declared;
        into->Head.Vlan = (ushort)vlan;
        uint cut = (taken - declared) >> 31;
        into->Head.Marks = MarksOf(in transport, protocol, fromHigh, cut);
        into->Head.Sequence = transport.Sequence;
        into->Head.SequenceLength = transport.SequenceLength;
        byte* end = at + taken;
        byte* payload = at + Math.Min(transport.Header, taken);
        into->Head.Payload = payload;
        into->Head.PayloadLength = (int)(end - payload);
        into->Head.Packets = 1;
        into->Head.Tunnel = 0;
        into->Head.MayPredateCapture = protocol == Ip.Tcp ? (byte)1 : (byte)0; // until its time is known: by which protocol
        about->Transport = at;
        about->Head = &into->Head;
        if (_copies is { } copies)
        {
            about->CopyHash = CopyHash.OfV6(ip, at, end, protocol, copies.SeedOf((ushort)vlan));
            about->Trait = CopyTrait.Of(vlan, interfaceIndex, macs, ip[Ip.V6Source - 1], identified: false);
        }

        return (Kind)((uint)Kind.V6 | ((cut ^ 1) * (uint)Kind.Whole) | (((LargePackets.Ordinary - (Ip.V6Header + declared)) >> 31) * (uint)Kind.Large));
    }

    /// <param name="available">Captured bytes of the transport, at least a UDP header.</param>
    /// <param name="declared">Bytes it has by the IP header.</param>
    /// <returns>Whether the packet is ordinary.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadTransport(byte* at, uint available, uint declared, byte protocol, out Transport transport)
    {
        transport = default;
        uint ports = Unsafe.ReadUnaligned<uint>(at);
        transport.Ports = ports;
        if (protocol == Ip.Tcp)
        {
            uint header = (uint)(at[Ip.TcpDataOffset] >> 4) * 4, flags = at[Ip.TcpFlags] & 0x3fu;
            if (available < Ip.TcpMinHeader || header < Ip.TcpMinHeader || header > declared) return false;
            uint data = declared - header;
            transport.Header = header;
            transport.Flags = flags | (((0u - data) >> 31) << 6);

            // What the segment takes of the sequence numbers (RFC 9293 section 3.4); the numbers of a reset need not fit.
            const uint Fin = 1, Syn = 2, Rst = 4;
            transport.Sequence = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(at + 4));
            transport.SequenceLength = (data + (flags & Fin) + ((flags & Syn) >> 1)) & (((flags & Rst) >> 2) - 1);
        }
        else
        {
            uint length = Swap((ushort)U16(at + Ip.UdpLength));
            if (protocol != Ip.Udp || !((length - Ip.UdpHeader <= declared - Ip.UdpHeader) | (length == 0))) return false;
            if (_tunnelPorts.MayBe(Swap((ushort)ports), Swap((ushort)(ports >> 16)))) return false;
            transport.Header = Ip.UdpHeader;
            transport.Flags = declared > Ip.UdpHeader ? 64u : 0;
        }

        return (ushort)ports != _readByOthers || available <= transport.Header;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint MarksOf(in Transport transport, byte protocol, uint fromHigh, uint cut)
    {
        uint marks = protocol == Ip.Tcp ? _tcpMarks[transport.Flags] : transport.Flags >> 1;
        uint notAsked = _speech.NotAsked(marks, protocol, Swap((ushort)transport.Ports), Swap((ushort)(transport.Ports >> 16)));
        return (marks << (int)(fromHigh * FlowMarks.SideBits)) | notAsked | (cut << CutShift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint U16(byte* at) => Unsafe.ReadUnaligned<ushort>(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong U64(byte* at) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Swap(ushort value) => BinaryPrimitives.ReverseEndianness(value);

    // SAFETY: freed once, by Dispose or by the finalizer, after which nobody holds this object.
    private void Free() => NativeMemory.AlignedFree(_memory);

    /// <summary>Frames of a block, a bit each: ordinary ones by family; of both, those captured whole and those larger than a link carries.</summary>
    public readonly struct Sets
    {
        public ulong V4 { get; init; }

        public ulong V6 { get; init; }

        public ulong Whole { get; init; }

        public ulong Large { get; init; }

        /// <summary>The checksum of the IPv4 header is 0 and wrong: the network card was to compute it.</summary>
        public ulong Offloaded { get; init; }

        public ulong All => V4 | V6;
    }

    /// <summary>What is asked of an ordinary frame before its flow.</summary>
    public struct Frame
    {
        /// <summary>First byte of the transport header.</summary>
        public byte* Transport;

        /// <summary>For the copy filter, unless every copy counts.</summary>
        public ulong CopyHash;

        public CopyTrait Trait;

        /// <summary>Its packet.</summary>
        public PacketHead* Head;
    }

    private struct Transport
    {
        /// <summary>Source and destination port as they were loaded.</summary>
        public uint Ports;

        public uint Header, Sequence, SequenceLength;

        /// <summary>TCP flags; 64 is set when there is data.</summary>
        public uint Flags;
    }

    [Flags]
    private enum Kind : byte
    {
        Other = 0,
        V4 = 1,
        V6 = 2,
        Whole = 4,
        Large = 8,
        Offloaded = 16,
    }
}
