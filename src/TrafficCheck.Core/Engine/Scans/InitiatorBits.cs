using System.Security.Cryptography;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>Which initiators may be known: a bit by a secret hash, 512 KB. That a bit is set says nothing; that it is not, that the initiator is new.</summary>
internal sealed class InitiatorBits
{
    private const int Bits = 22;

    private static readonly ulong s_secret = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private readonly ulong[] _bits = new ulong[1 << (Bits - 6)];

    public bool Has(in Initiator initiator)
    {
        uint at = PlaceOf(in initiator);
        return (_bits[at >> 6] & (1UL << (int)(at & 63))) != 0;
    }

    public void Add(in Initiator initiator)
    {
        uint at = PlaceOf(in initiator);
        _bits[at >> 6] |= 1UL << (int)(at & 63);
    }

    private static uint PlaceOf(in Initiator who)
    {
        ulong rest = ((ulong)who.Subject << 16) | ((ulong)who.Direction << 8) | who.Protocol;
        return (uint)(FixedHash.Mix(FixedHash.Of(who.Address.Value ^ s_secret) ^ rest) >> (64 - Bits));
    }
}
