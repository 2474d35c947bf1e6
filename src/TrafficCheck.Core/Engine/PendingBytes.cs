namespace TrafficCheck.Core.Engine;

/// <summary>
/// First bytes of flows whose message goes on in the next segment: a client hello, the head of a request. What comes before its turn is kept until what
/// belongs before it is there, one run of bytes a flow. Fixed memory; the oldest gives way and is counted.
/// </summary>
internal sealed class PendingBytes
{
    /// <summary>Hellos with keys of post-quantum exchanges take two thousand bytes, heads of requests with cookies a few.</summary>
    public const int MaxBytes = 8192;

    private const int Slots = 512;

    /// <summary>Segments of either side that may pass without bringing the message on; a retransmission comes sooner, or was not captured.</summary>
    private const int MostMisses = 64;

    private readonly Slot[] _slots = new Slot[Slots];
    private int _next;

    /// <summary>Messages whose beginning gave way to others, or whose rest did not come.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Keeps the first bytes of a flow.</summary>
    /// <param name="owner">Number of the flow's note.</param>
    /// <returns>The place, from 1.</returns>
    public ushort Begin(uint owner, ReadOnlySpan<byte> bytes, bool fromHigh, uint sequence)
    {
        ref Slot slot = ref Take(owner, fromHigh, out ushort place);
        slot.Sequence = sequence;
        slot.HasStart = true;
        Append(ref slot, bytes);
        return place;
    }

    /// <summary>Keeps bytes of a flow before which others are missing: its first ones.</summary>
    /// <inheritdoc cref="Begin"/>
    public ushort BeginAhead(uint owner, ReadOnlySpan<byte> bytes, bool fromHigh, uint sequence)
    {
        ref Slot slot = ref Take(owner, fromHigh, out ushort place);
        KeepAhead(ref slot, bytes, sequence);
        return place;
    }

    /// <summary>The bytes so far with those of the next segment; empty when they do not belong together, not yet, or nothing waits.</summary>
    public ReadOnlySpan<byte> Continue(ushort place, uint owner, ReadOnlySpan<byte> bytes, bool fromHigh, uint sequence)
    {
        ref Slot slot = ref _slots[place - 1];
        if (slot.Owner != owner || slot.Length == MaxBytes) return [];
        if (slot.FromHigh == fromHigh && Joins(ref slot, bytes, sequence)) return slot.Bytes.AsSpan(0, slot.Length);
        if (slot.Owner != 0 && ++slot.Misses > MostMisses) GiveUp(ref slot);
        return [];
    }

    /// <summary>Whether the bytes still wait for more.</summary>
    public bool IsWaiting(ushort place, uint owner) => _slots[place - 1].Owner == owner && _slots[place - 1].Length < MaxBytes;

    /// <summary>Whether the place is still the owner's.</summary>
    public bool Has(ushort place, uint owner) => _slots[place - 1].Owner == owner;

    /// <param name="missing">Whether the flow ended before bytes came that it must have had.</param>
    public void End(ushort place, uint owner, bool missing = false)
    {
        ref Slot slot = ref _slots[place - 1];
        if (slot.Owner != owner) return;
        if (missing) GivenUp++;
        slot.Owner = 0;
    }

    private ref Slot Take(uint owner, bool fromHigh, out ushort place)
    {
        ref Slot slot = ref _slots[_next];
        place = (ushort)(_next + 1);
        _next = (_next + 1) % Slots;
        if (slot.Owner != 0) GivenUp++;
        slot = new Slot { Owner = owner, FromHigh = fromHigh, Bytes = slot.Bytes ?? new byte[MaxBytes], Ahead = slot.Ahead };
        return ref slot;
    }

    private bool Joins(ref Slot slot, ReadOnlySpan<byte> bytes, uint sequence)
    {
        if (!slot.HasStart)
        {
            int before = (int)(slot.AheadSequence - sequence);
            if (before is <= 0 or >= MaxBytes) return Later(ref slot, bytes, sequence);
            slot.Sequence = sequence;
            slot.HasStart = true;
        }

        int ahead = (int)(sequence - slot.Sequence);
        if (ahead > 0) return Later(ref slot, bytes, sequence);
        if (-ahead >= bytes.Length) return false; // a repetition
        Append(ref slot, bytes[-ahead..]);
        int known = (int)(slot.Sequence - slot.AheadSequence);
        if (slot.AheadLength > 0 && known >= 0)
        {
            if (known < slot.AheadLength) Append(ref slot, slot.Ahead.AsSpan(known, slot.AheadLength - known));
            slot.AheadLength = 0;
        }

        return true;
    }

    /// <returns>False: nothing joins yet.</returns>
    private bool Later(ref Slot slot, ReadOnlySpan<byte> bytes, uint sequence)
    {
        int beyond = (int)(sequence - (slot.HasStart ? slot.Sequence : slot.AheadSequence));
        if (beyond >= MaxBytes) GiveUp(ref slot);
        else if (slot.AheadLength == 0) KeepAhead(ref slot, bytes, sequence);
        else if (sequence == slot.AheadSequence + (uint)slot.AheadLength) Extend(ref slot, bytes);
        return false;
    }

    private static void KeepAhead(ref Slot slot, ReadOnlySpan<byte> bytes, uint sequence)
    {
        slot.Ahead ??= new byte[MaxBytes];
        slot.AheadSequence = sequence;
        slot.AheadLength = 0;
        Extend(ref slot, bytes);
    }

    private static void Extend(ref Slot slot, ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, MaxBytes - slot.AheadLength)];
        bytes.CopyTo(slot.Ahead.AsSpan(slot.AheadLength));
        slot.AheadLength += bytes.Length;
    }

    private void GiveUp(ref Slot slot)
    {
        GivenUp++;
        slot.Owner = 0;
    }

    private static void Append(ref Slot slot, ReadOnlySpan<byte> bytes)
    {
        slot.Sequence += (uint)bytes.Length;
        bytes = bytes[..Math.Min(bytes.Length, MaxBytes - slot.Length)];
        bytes.CopyTo(slot.Bytes.AsSpan(slot.Length));
        slot.Length += bytes.Length;
    }

    private struct Slot
    {
        public byte[]? Bytes, Ahead;

        /// <summary>The next byte that <see cref="Bytes"/> needs, and the first of <see cref="Ahead"/>.</summary>
        public uint Owner, Sequence, AheadSequence;

        public int Length, AheadLength, Misses;
        public bool FromHigh, HasStart;
    }
}
