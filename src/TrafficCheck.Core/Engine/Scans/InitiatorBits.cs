using System.Security.Cryptography;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>Which initiators may be known: a bit by a secret hash, 512 KB. That a bit is set says nothing; that it is not, that the initiator is new.</summary>
internal sealed class InitiatorBits
{
    private const int Bits = 22;

    private static readonly ulong s_secret = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>Null where every initiator may be known: who asks seldom need not copy so much.</summary>
    private readonly ulong[]? _bits;

    public InitiatorBits()
        : this(new ulong[1 << (Bits - 6)])
    {
    }

    private InitiatorBits(ulong[]? bits) => _bits = bits;

    public bool Has(in Initiator initiator)
    {
        if (_bits is null) return true;
        uint at = PlaceOf(in initiator);
        return (_bits[at >> 6] & (1UL << (int)(at & 63))) != 0;
    }

    public void Add(in Initiator initiator)
    {
        if (_bits is null) return;
        uint at = PlaceOf(in initiator);
        _bits[at >> 6] |= 1UL << (int)(at & 63);
    }

    /// <summary>Takes no memory: every initiator may be known.</summary>
    public static InitiatorBits Everybody() => new(bits: null);

    private static uint PlaceOf(in Initiator who)
    {
        ulong rest = ((ulong)who.Subject << 16) | ((ulong)who.Direction << 8) | who.Protocol;
        return (uint)(FixedHash.Mix(FixedHash.Of(who.Address.Value ^ s_secret) ^ rest) >> (64 - Bits));
    }
}
