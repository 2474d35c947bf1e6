using System.Globalization;
using System.Text;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Formats;

/// <summary>
/// The interfaces of the current section and the blocks that are no packets. Off the hot path, and bounded: interfaces beyond
/// <see cref="CaptureInterfaces.Limit"/> are counted, not kept.
/// </summary>
internal sealed unsafe class PcapngSection(SourceOrigin origin, ProblemLog problems, SortedSet<LinkType> linkTypes)
{
    private const int TrailerLength = 4;
    private const int MaxNameBytes = 256;

    /// <summary>Interfaces repeat in every section of concatenated files; each is registered once.</summary>
    private readonly Dictionary<CaptureInterface, ushort> _registered = [];
    private PcapngInterface[] _interfaces = new PcapngInterface[4];
    private long? _droppedBefore;
    private long _frames;

    /// <summary>Where a block stands, by the frames before it: its number in the file means nothing to other programs.</summary>
    private string Place => string.Create(CultureInfo.InvariantCulture, $" behind frame {_frames}");

    /// <summary>Interfaces of the section.</summary>
    public int Count { get; private set; }

    public ref readonly PcapngInterface this[uint id] => ref _interfaces[id];

    /// <summary>Frames dropped by the interfaces of all sections, or null where no block says.</summary>
    public long? DroppedFrames
    {
        get
        {
            long? sum = _droppedBefore;
            foreach (ref readonly PcapngInterface item in _interfaces.AsSpan(0, Count)) sum = Sum(sum, item.StatisticsDrops ?? item.PacketDrops);
            return sum;
        }
    }

    /// <summary>
    /// Takes a block that is no packet block. SAFETY: the caller owns <paramref name="length"/> (at least 12) bytes at <paramref name="at"/>.
    /// </summary>
    /// <param name="frames">Frames before the block, which messages name.</param>
    /// <returns>False when nothing behind it can be read; the log says why.</returns>
    public bool Take<TOrder>(byte* at, uint type, int length, long offset, long frames)
        where TOrder : struct, IByteOrder
    {
        _frames = frames;
        switch (type)
        {
            case PcapngBlock.SectionHeader:
                return TakeSection<TOrder>(at, length, offset);
            case PcapngBlock.InterfaceDescription:
                return TakeInterface<TOrder>(at, length, offset);
            case PcapngBlock.InterfaceStatistics:
                TakeStatistics<TOrder>(at, length, offset);
                return true;
            default:
                NoteSkipped(type, offset, frames);
                return true;
        }
    }

    /// <summary>Names blocks that were passed over. Name resolution, secrets and journal blocks hold no frames and are passed over by design.</summary>
    public void NoteSkipped(uint type, long offset, long frames)
    {
        _frames = frames;
        switch (type)
        {
            case PcapngBlock.NameResolution or PcapngBlock.DecryptionSecrets or PcapngBlock.SystemdJournal:
                return;
            case PcapngBlock.CustomCopyable or PcapngBlock.CustomNotCopyable:
                if (problems.Repeat(ProblemCodes.SkippedCustomBlock)) return;
                problems.Note(ProblemCodes.SkippedCustomBlock, offset, $"A custom block of another program{Place} was passed over; only that program knows what it holds.");
                return;
            default:
                if (problems.Repeat(ProblemCodes.SkippedUnknownBlock)) return;
                problems.Note(ProblemCodes.SkippedUnknownBlock, offset, $"A block of the unknown type 0x{type:x8}{Place} was passed over.");
                return;
        }
    }

    /// <summary>Adds the drop count of an obsolete packet block; 65535 says unknown.</summary>
    public void CountPacketDrops(uint id, ushort drops)
    {
        if (id >= (uint)Count || drops == ushort.MaxValue) return;
        _interfaces[id].PacketDrops = Sum(_interfaces[id].PacketDrops, drops);
    }

    private static long? Sum(long? a, long? b)
    {
        if (a is null || b is null) return a ?? b;
        long sum = unchecked(a.Value + b.Value);
        return sum < 0 ? long.MaxValue : sum;
    }

    private static string Name(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value[..Math.Min(value.Length, MaxNameBytes)]);

    private bool TakeSection<TOrder>(byte* at, int length, long offset)
        where TOrder : struct, IByteOrder
    {
        const int Fixed = 24;
        if (length < Fixed + TrailerLength)
        {
            problems.Damage(
                ProblemCodes.ShortBlock, offset, $"A section header of {length} bytes{Place} is too short for its fields. The file is damaged here and was read up to here.");
            return false;
        }

        int major = TOrder.U16(at + 12), minor = TOrder.U16(at + 14);
        if (major != 1 || minor is not (0 or 2))
        {
            problems.Damage(
                ProblemCodes.UnsupportedVersion,
                offset + 12,
                $"A section{Place} says pcapng version {major}.{minor}; 1.0 is known. Its layout cannot be trusted, so reading ended here.");
            return false;
        }

        _droppedBefore = DroppedFrames;
        Count = 0;
        var options = new PcapngOptions<TOrder>(at + Fixed, length - Fixed - TrailerLength);
        while (options.MoveNext())
        {
        }

        if (options.Overrun) ReportOverrun(offset, "section header");
        return true;
    }

    private bool TakeInterface<TOrder>(byte* at, int length, long offset)
        where TOrder : struct, IByteOrder
    {
        const int Fixed = 16;
        if (length < Fixed + TrailerLength)
        {
            problems.Damage(
                ProblemCodes.ShortBlock, offset, $"An interface description of {length} bytes{Place} is too short for its fields. The file is damaged here and was read up to here.");
            return false;
        }

        if (Count == CaptureInterfaces.Limit)
        {
            if (!problems.Repeat(ProblemCodes.TooManyInterfaces))
            {
                problems.Damage(
                    ProblemCodes.TooManyInterfaces, offset, $"A section describes more than {CaptureInterfaces.Limit} interfaces{Place}; frames of the further ones are left out.");
            }

            return true;
        }

        LinkType link = FrameLimits.Link(TOrder.U16(at + 8));
        uint snapLength = TOrder.U32(at + 12);
        string? name = null;
        byte resolution = 6;
        long offsetSeconds = 0;
        var options = new PcapngOptions<TOrder>(at + Fixed, length - Fixed - TrailerLength);
        while (options.MoveNext())
        {
            switch (options.Code)
            {
                case 2:
                    name = Name(options.Value);
                    break;
                case 9 when options.Value.Length == 1:
                    resolution = options.Value[0];
                    break;
                case 14 when options.Value.Length == 8:
                    offsetSeconds = unchecked((long)U64<TOrder>(options.At));
                    break;
                case 9 or 14:
                    ReportMalformed(offset, options.Code, options.Value.Length);
                    break;
            }
        }

        if (options.Overrun) ReportOverrun(offset, "interface description");
        var item = new PcapngInterface { LinkType = link, SnapLength = snapLength };
        item.SetResolution(resolution, offsetSeconds);
        item.Global = Register(new CaptureInterface(origin.Input, Count, name, link, snapLength));
        linkTypes.Add(link);
        if (Count == _interfaces.Length) Array.Resize(ref _interfaces, 2 * Count);
        _interfaces[Count++] = item;
        return true;
    }

    private ushort Register(CaptureInterface item)
    {
        if (_registered.TryGetValue(item, out ushort index)) return index;
        index = origin.Interfaces.Add(item);
        if (_registered.Count < CaptureInterfaces.Limit) _registered.Add(item, index);
        return index;
    }

    private void TakeStatistics<TOrder>(byte* at, int length, long offset)
        where TOrder : struct, IByteOrder
    {
        const int Fixed = 20;
        uint id = length < Fixed + TrailerLength ? uint.MaxValue : TOrder.U32(at + 8);
        if (id >= (uint)Count)
        {
            if (problems.Repeat(ProblemCodes.StatisticsOfUnknownInterface)) return;
            problems.Note(
                ProblemCodes.StatisticsOfUnknownInterface, offset, $"A statistics block{Place} names no interface of its section, so its drop counts were left out.");
            return;
        }

        long? drops = null;
        var options = new PcapngOptions<TOrder>(at + Fixed, length - Fixed - TrailerLength);
        while (options.MoveNext())
        {
            // isb_ifdrop and isb_osdrop: lost by the interface, and by the system before the capturing program saw them.
            if (options.Code is not (5 or 7)) continue;
            if (options.Value.Length == 8) drops = Sum(drops, (long)Math.Min(U64<TOrder>(options.At), long.MaxValue));
            else ReportMalformed(offset, options.Code, options.Value.Length);
        }

        if (options.Overrun) ReportOverrun(offset, "statistics block");

        // The counts run from the start of the capture: the last block says it all.
        if (drops is not null) _interfaces[id].StatisticsDrops = drops;
    }

    /// <summary>
    /// A 64-bit option value. The format stores it as one number in the order of the section (unlike packet times, which are two words).
    /// SAFETY: the caller checked that the value has eight bytes.
    /// </summary>
    private static ulong U64<TOrder>(byte* at)
        where TOrder : struct, IByteOrder => typeof(TOrder) == typeof(BigEndian)
            ? ((ulong)TOrder.U32(at) << 32) | TOrder.U32(at + 4)
            : ((ulong)TOrder.U32(at + 4) << 32) | TOrder.U32(at);

    private void ReportOverrun(long offset, string block)
    {
        if (problems.Repeat(ProblemCodes.OptionOverrun)) return;
        problems.Damage(
            ProblemCodes.OptionOverrun, offset, $"An option of a {block}{Place} says it is longer than its block; it and what follows it in the block were left out.");
    }

    private void ReportMalformed(long offset, int code, int length)
    {
        if (problems.Repeat(ProblemCodes.MalformedOption)) return;
        string code10 = code.ToString(CultureInfo.InvariantCulture);
        problems.Damage(
            ProblemCodes.MalformedOption, offset, $"Option {code10} of a block{Place} has {length} bytes, which is not its size; it was left out, so times or drop counts may be wrong.");
    }
}
