namespace TrafficCheck.Core.Engine;

/// <summary>
/// First bytes of flows whose message goes on in the next segment: a client hello, the head of a request. Fixed memory; the oldest gives way and
/// is counted.
/// </summary>
internal sealed class PendingBytes
{
    /// <summary>Hellos with keys of post-quantum exchanges take two thousand bytes, heads of requests with cookies a few.</summary>
    public const int MaxBytes = 8192;

    private const int Slots = 512;

    private readonly Slot[] _slots = new Slot[Slots];
    private int _next;

    /// <summary>Messages whose beginning gave way to others.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Keeps the first bytes of a flow.</summary>
    /// <param name="owner">Number of the flow's note.</param>
    /// <returns>The place, from 1.</returns>
    public ushort Begin(uint owner, ReadOnlySpan<byte> bytes, bool fromHigh, uint sequence)
    {
        int place = _next;
        ref Slot slot = ref _slots[place];
        _next = (_next + 1) % Slots;
        if (slot.Owner != 0) GivenUp++;
        slot.Bytes ??= new byte[MaxBytes];
        slot.Owner = owner;
        slot.Length = 0;
        slot.FromHigh = fromHigh;
        slot.Sequence = sequence;
        Append(ref slot, bytes);
        return (ushort)(place + 1);
    }

    /// <summary>The bytes so far with those of the next segment; empty when they do not belong together or nothing waits.</summary>
    public ReadOnlySpan<byte> Continue(ushort place, uint owner, ReadOnlySpan<byte> bytes, bool fromHigh, uint sequence)
    {
        ref Slot slot = ref _slots[place - 1];
        if (slot.Owner != owner || slot.FromHigh != fromHigh || slot.Sequence != sequence || slot.Length == MaxBytes) return [];
        Append(ref slot, bytes);
        return slot.Bytes.AsSpan(0, slot.Length);
    }

    /// <summary>Whether the bytes still wait for more.</summary>
    public bool IsWaiting(ushort place, uint owner) => _slots[place - 1].Owner == owner && _slots[place - 1].Length < MaxBytes;

    public void End(ushort place, uint owner)
    {
        if (_slots[place - 1].Owner == owner) _slots[place - 1].Owner = 0;
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
        public byte[]? Bytes;
        public uint Owner, Sequence;
        public int Length;
        public bool FromHigh;
    }
}
