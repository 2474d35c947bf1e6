using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using TrafficCheck.Capture.Formats;

namespace TrafficCheck.Capture.Writing;

/// <summary>
/// Writes pcapng (draft-ietf-opsawg-pcapng) into memory, block by block, little-endian: a section, its interfaces, then packets with comments. What is
/// written is whole at any time, so that whoever owns the bytes may hand them on after each block. Texts are UTF-8, cut at a whole character where they
/// are longer than <see cref="MaxTextBytes"/>; whether they are safe to show is the caller's business. One thread.
/// </summary>
public sealed class PcapngWriter
{
    /// <summary>Bytes of one comment, name or description.</summary>
    public const int MaxTextBytes = 4096;

    /// <summary>Comments of one block; further ones are left out.</summary>
    public const int MaxComments = 16;

    private const ushort EndOfOptions = 0, Comment = 1, Application = 4;
    private const ushort InterfaceName = 2, InterfaceDescription = 3, TimeResolution = 9;
    private const ushort StartTime = 2, EndTime = 3, Received = 4, InterfaceDrops = 5, SystemDrops = 7, Delivered = 8;

    private readonly ArrayBufferWriter<byte> _block = new(1024);
    private readonly IBufferWriter<byte> _output;
    private bool _hasOptions;

    /// <param name="output">Takes the blocks, each in one piece.</param>
    public PcapngWriter(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
    }

    /// <summary>Interfaces of the current section.</summary>
    public int Interfaces { get; private set; }

    public long BytesWritten { get; private set; }

    /// <summary>Begins a section, which has no interfaces yet.</summary>
    /// <param name="application">What wrote it, such as <c>trafficcheck 1.0</c>.</param>
    public void BeginSection(string? application, params ReadOnlySpan<string> comments)
    {
        Begin();
        U32(PcapngBlock.ByteOrderMagic);
        U16(1);
        U16(0);
        U64(ulong.MaxValue); // the length of the section is not told
        Comments(comments);
        Text(Application, application);
        End(PcapngBlock.SectionHeader);
        Interfaces = 0;
    }

    /// <returns>The number of the interface in its section.</returns>
    public int AddInterface(PcapngInterfaceText about)
    {
        ArgumentNullException.ThrowIfNull(about);
        Begin();
        U16((ushort)about.LinkType);
        U16(0);
        U32(about.SnapLength);
        Text(InterfaceName, about.Name);
        Text(InterfaceDescription, about.Description);
        Option(TimeResolution, [9]);
        End(PcapngBlock.InterfaceDescription);
        return Interfaces++;
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="timestampNs">Nanoseconds since 1970; the format has none before, which are written as 0.</param>
    /// <param name="wireLength">Bytes the frame had on the link; never written as less than those that are here.</param>
    public void AddFrame(int interfaceNumber, long timestampNs, uint wireLength, ReadOnlySpan<byte> frame, params ReadOnlySpan<string> comments)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)interfaceNumber, (uint)Interfaces, nameof(interfaceNumber));
        Begin();
        U32((uint)interfaceNumber);
        Time(timestampNs);
        U32((uint)frame.Length);
        U32(Math.Max(wireLength, (uint)frame.Length));
        _block.Write(frame);
        Pad(frame.Length);
        Comments(comments);
        End(PcapngBlock.EnhancedPacket);
    }

    /// <summary>Says what is known of an interface by its counters; the last such block of an interface holds.</summary>
    public void AddStatistics(int interfaceNumber, PcapngStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)interfaceNumber, (uint)Interfaces, nameof(interfaceNumber));
        Begin();
        U32((uint)interfaceNumber);
        Time(statistics.AtNs);
        TimeOption(StartTime, statistics.StartNs);
        TimeOption(EndTime, statistics.EndNs);
        CountOption(Received, statistics.Received);
        CountOption(InterfaceDrops, statistics.InterfaceDrops);
        CountOption(SystemDrops, statistics.SystemDrops);
        CountOption(Delivered, statistics.Delivered);
        End(PcapngBlock.InterfaceStatistics);
    }

    private void Begin()
    {
        _block.ResetWrittenCount();
        _hasOptions = false;
        _block.Advance(Zeroed(8)); // type and length
    }

    /// <summary>Ends the options where there are any, and writes the block with its length at both ends.</summary>
    private void End(uint type)
    {
        if (_hasOptions) U32(EndOfOptions);
        uint total = (uint)_block.WrittenCount + 4;
        U32(total);
        Span<byte> block = _output.GetSpan((int)total)[..(int)total];
        _block.WrittenSpan.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block, type);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], total);
        _output.Advance((int)total);
        BytesWritten += total;
    }

    private int Zeroed(int bytes)
    {
        _block.GetSpan(bytes)[..bytes].Clear();
        return bytes;
    }

    private void Pad(int length) => _block.Advance(Zeroed(-length & 3));

    private void U16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_block.GetSpan(2), (ushort)value);
        _block.Advance(2);
    }

    private void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_block.GetSpan(4), value);
        _block.Advance(4);
    }

    private void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_block.GetSpan(8), value);
        _block.Advance(8);
    }

    /// <summary>Times are two words, the upper one first, whatever the byte order.</summary>
    private void Time(long ns)
    {
        ulong units = (ulong)Math.Max(0, ns);
        U32((uint)(units >> 32));
        U32((uint)units);
    }

    private void TimeOption(ushort code, long? ns)
    {
        if (ns is not { } value) return;
        OptionHeader(code, 8);
        Time(value);
    }

    private void CountOption(ushort code, long? count)
    {
        if (count is not { } value) return;
        OptionHeader(code, 8);
        U64((ulong)Math.Max(0, value));
    }

    private void Comments(ReadOnlySpan<string> comments)
    {
        foreach (string comment in comments[..Math.Min(comments.Length, MaxComments)]) Text(Comment, comment);
    }

    private void Text(ushort code, string? text)
    {
        if (string.IsNullOrEmpty(text)) return;
        Span<byte> bytes = stackalloc byte[MaxTextBytes];

        // A character that does not fit whole is left out; lone surrogates become U+FFFD.
        Utf8.FromUtf16(text, bytes, out _, out int written);
        Option(code, bytes[..written]);
    }

    private void Option(ushort code, ReadOnlySpan<byte> value)
    {
        OptionHeader(code, value.Length);
        _block.Write(value);
        Pad(value.Length);
    }

    private void OptionHeader(ushort code, int length)
    {
        _hasOptions = true;
        U16(code);
        U16(length);
    }
}
