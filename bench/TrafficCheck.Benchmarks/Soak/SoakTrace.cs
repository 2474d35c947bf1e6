using System.Net;
using System.Runtime.InteropServices;
using TrafficCheck.Benchmarks.Traces;
using TrafficCheck.Capture;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks.Soak;

/// <summary>
/// A trace in memory that goes round: each pass comes later than the one before and from other addresses, so that its flows are new ones, while
/// those of earlier passes idle away. The traffic is the ordinary mix with a burst of each scan and flood at the beginning of the pass.
/// </summary>
internal sealed unsafe class SoakTrace : IDisposable
{
    /// <summary>Frames of a batch: about a megabyte, as captures are read.</summary>
    private const int BatchFrames = 8192;

    /// <summary>One of so many frames belongs to a scan or flood.</summary>
    private const int FramesPerProbe = 100;

    /// <summary>What an address moves by in a pass: odd, so that it comes back after 65 536 passes, and large, so that it does not meet its neighbours.</summary>
    private const ushort AddressStep = 40503;

    private readonly List<FrameBatch> _batches = [];
    private readonly List<Place[]> _places = [];
    private readonly long _passNs;
    private int _next;
    private long _pass;

    /// <param name="spec">The ordinary traffic; scans come in addition.</param>
    /// <param name="passNs">Time that a pass takes by its frames.</param>
    public SoakTrace(TraceSpec spec, long passNs)
    {
        _passNs = passNs;
        string folder = Directory.CreateTempSubdirectory("soak").FullName;
        try
        {
            string[] kinds = [.. ScanTrace.Names.SelectMany(name => new[] { name, name + "-v6" })];
            string[] files = [.. kinds.Prepend("ordinary").Select(kind => Path.Combine(folder, kind + ".pcap"))];
            TraceFile.Write(spec, files[0]);
            TraceSpec probes = spec with { Frames = Math.Max(20, spec.Frames / FramesPerProbe / kinds.Length) };
            for (int i = 0; i < kinds.Length; i++) ScanTrace.Write(kinds[i], probes with { Seed = spec.Seed + (ulong)i }, files[i + 1]);
            Load(files);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Stretch();
    }

    /// <summary>One, for all frames.</summary>
    public CaptureInterfaces Interfaces { get; } = new();

    /// <summary>Of a pass.</summary>
    public long Frames { get; private set; }

    /// <summary>Captured bytes of all frames handed out so far.</summary>
    public long BytesGiven { get; private set; }

    /// <summary>Time of the first frame, and of the last that was handed out.</summary>
    public long FirstNs { get; private set; }

    public long LastNs { get; private set; }

    /// <summary>Passes begun.</summary>
    public long Passes => _pass + 1;

    /// <summary>Bytes the trace itself takes in memory.</summary>
    public long MemoryBytes =>
        _batches.Sum(b => (long)b.Capacity + FrameBatch.Slack + (BatchFrames * sizeof(FrameDescriptor))) + _places.Sum(p => (long)p.Length * sizeof(Place));

    /// <summary>The next batch; the one after the last is the first of the next pass. Its frames hold until it comes round again.</summary>
    public FrameBatch Next()
    {
        if (_next == _batches.Count)
        {
            _next = 0;
            _pass++;
        }

        FrameBatch batch = _batches[_next];
        if (_pass > 0) MoveOn(batch, _places[_next]);
        _next++;
        BytesGiven += batch.Block.Length;
        LastNs = batch.Frames[^1].TimestampNs;
        return batch;
    }

    public void Dispose()
    {
        foreach (FrameBatch batch in _batches) batch.Dispose();
    }

    private void MoveOn(FrameBatch batch, Place[] places)
    {
        int count = batch.Count;
        batch.Clear();
        Span<FrameDescriptor> frames = batch.Reserve(count);
        byte* buffer = batch.Buffer;
        for (int i = 0; i < count; i++)
        {
            frames[i].TimestampNs += _passNs;
            Place place = places[i];
            if (place.Address == 0) continue;

            // SAFETY: all three are places of 16 bits inside the captured bytes of the frame, found when it was loaded.
            ushort* word = (ushort*)(buffer + place.Address);
            ushort before = *word, after = (ushort)(before + AddressStep);
            *word = after;
            if (place.Ipv4Checksum != 0) Adjust((ushort*)(buffer + place.Ipv4Checksum), before, after);
            if (place.Checksum != 0) Adjust((ushort*)(buffer + place.Checksum), before, after);
        }

        batch.Commit(count);
    }

    /// <summary>RFC 1624: what a checksum turns into when a word that it covers does. None (0, also where the network card was to compute it) stays none.</summary>
    private static void Adjust(ushort* checksum, ushort before, ushort after)
    {
        if (*checksum == 0) return;
        uint sum = (ushort)~*checksum + (uint)(ushort)~before + after;
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        ushort adjusted = (ushort)~sum;
        *checksum = adjusted == 0 ? ushort.MaxValue : adjusted;
    }

    private void Load(string[] files)
    {
        using var set = new CaptureSet([.. files.Select(f => new CaptureInput(f))]);
        FrameBatch? into = null;
        int used = 0;
        var places = new List<Place>(BatchFrames);
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (ref readonly FrameDescriptor frame in batch.Frames.Slice(start, count))
            {
                if (Frames++ == 0) Interfaces.Add(new CaptureInterface(0, 0, null, frame.LinkType, 0));
                into ??= new FrameBatch(1 << 16, BatchFrames);
                into.Grow(Math.Max(used + frame.CapturedLength, used + frame.CapturedLength > into.Capacity ? into.Capacity * 2 : 0), used);
                new ReadOnlySpan<byte>(batch.Buffer + frame.Offset, frame.CapturedLength).CopyTo(into.Block[used..]);
                into.Reserve(1)[0] = frame with { Offset = used, Interface = 0 };
                into.Commit(1);
                places.Add(PlaceOf(into.Buffer + used, used, in frame));
                used += frame.CapturedLength;
                if (into.Count == BatchFrames) Close();
            }
        }

        if (into is not null) Close();

        void Close()
        {
            _batches.Add(Trimmed(into!, used));
            _places.Add([.. places]);
            places.Clear();
            into!.Dispose();
            into = null;
            used = 0;
        }
    }

    /// <summary>The batch in a block of just its size, so that what it counts as bytes are those of its frames.</summary>
    private static FrameBatch Trimmed(FrameBatch batch, int bytes)
    {
        var trimmed = new FrameBatch(bytes, BatchFrames);
        batch.Block[..bytes].CopyTo(trimmed.Block);
        batch.Frames.CopyTo(trimmed.Reserve(batch.Count));
        trimmed.Commit(batch.Count);
        return trimmed;
    }

    /// <summary>Spreads the frames over the time of a pass, and keeps their order.</summary>
    private void Stretch()
    {
        FirstNs = _batches[0].Frames[0].TimestampNs;
        double length = _batches[^1].Frames[^1].TimestampNs - FirstNs, factor = _passNs / (length * (1 + (1.0 / Frames)));
        foreach (FrameBatch batch in _batches)
        {
            int count = batch.Count;
            batch.Clear();
            foreach (ref FrameDescriptor frame in batch.Reserve(count)[..count]) frame.TimestampNs = FirstNs + (long)((frame.TimestampNs - FirstNs) * factor);
            batch.Commit(count);
        }
    }

    /// <summary>Where the lower half of the address is that is not a protected one, and the checksums that cover it.</summary>
    private static Place PlaceOf(byte* at, int offset, in FrameDescriptor frame)
    {
        if (FrameDecoder.Decode(at, frame.CapturedLength, frame.LinkType, out PacketSummary packet) != DecodeStatus.Decoded) return default;
        int length = packet.Version == 4 ? 4 : 16, peer = IsProtected(packet.Addresses, length) ? length : 0;
        if (IsProtected(packet.Addresses + peer, length)) return default;
        byte* transport = packet.Addresses + packet.TransportOffset;
        int field = packet.Protocol == Ip.Tcp ? 16 : packet.Protocol == Ip.Udp ? 6 : -1;
        bool whole = field >= 0 && transport + field + 2 <= at + frame.CapturedLength;
        return new Place
        {
            Address = offset + (int)(packet.Addresses + peer + length - 2 - at),
            Ipv4Checksum = packet.Version == 4 ? offset + (int)(packet.Addresses - 2 - at) : 0,
            Checksum = whole ? offset + (int)(transport + field - at) : 0,
        };
    }

    private static bool IsProtected(byte* address, int length)
    {
        var ip = new IPAddress(new ReadOnlySpan<byte>(address, length));
        return Site.Protected[0].Any(network => network.BaseAddress.AddressFamily == ip.AddressFamily && network.Contains(ip));
    }

    /// <summary>Offsets in the batch; 0 for none, because a frame begins with a link header.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Place
    {
        public int Address, Ipv4Checksum, Checksum;
    }
}
