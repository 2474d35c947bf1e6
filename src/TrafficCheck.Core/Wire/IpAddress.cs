using System.Buffers.Binary;
using System.Net;

namespace TrafficCheck.Core.Wire;

/// <summary>
/// An IPv4 or IPv6 address as a number; IPv4 as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2) with the family kept apart by
/// <see cref="IsV4"/>. Genuine IPv4-mapped addresses on the wire count as IPv4.
/// </summary>
public readonly record struct IpAddress(UInt128 Value) : IComparable<IpAddress>
{
    private static readonly UInt128 s_mapped = new(0, 0x0000ffff00000000);

    public static IpAddress V4(uint address) => new(s_mapped | address);

    public static IpAddress V6(ulong upper, ulong lower) => new(new UInt128(upper, lower));

    public bool IsV4 => (ulong)(Value >> 64) == 0 && (uint)((ulong)Value >> 32) == 0x0000ffff;

    /// <summary>The IPv4 address as a number; meaningful only for <see cref="IsV4"/>.</summary>
    public uint V4Value => (uint)Value;

    public static IpAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int written);
        return written == 4 ? V4(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : new(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsV4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, V4Value);
            return new IPAddress(bytes[..4]);
        }

        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new IPAddress(bytes);
    }

    public int CompareTo(IpAddress other) => Value.CompareTo(other.Value);

    public override string ToString() => ToIPAddress().ToString();

    public static bool operator <(IpAddress x, IpAddress y) => x.Value < y.Value;

    public static bool operator >(IpAddress x, IpAddress y) => x.Value > y.Value;

    public static bool operator <=(IpAddress x, IpAddress y) => x.Value <= y.Value;

    public static bool operator >=(IpAddress x, IpAddress y) => x.Value >= y.Value;
}
