using System.Buffers.Binary;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>One resource record, a view into its message. Its data is all there; whether it makes sense shows when it is read.</summary>
public readonly ref struct DnsRecord
{
    private const ushort Internet = 1;

    /// <summary>Keys of SVCB parameters that carry addresses (RFC 9460 section 14.3.2).</summary>
    private const int Ipv4Hint = 4, Ipv6Hint = 6;

    private readonly ReadOnlySpan<byte> _message;
    private readonly int _ownerAt, _dataAt, _dataLength;

    internal DnsRecord(ReadOnlySpan<byte> message, int ownerAt, DnsSection section, DnsRecordType type, ushort recordClass, uint ttl, int dataAt, int dataLength)
    {
        _message = message;
        _ownerAt = ownerAt;
        _dataAt = dataAt;
        _dataLength = dataLength;
        Section = section;
        Type = type;
        Class = recordClass;

        // RFC 2181 section 8: a value with the top bit set counts as zero.
        TtlSeconds = ttl > int.MaxValue ? 0 : ttl;
    }

    public DnsSection Section { get; }

    public DnsRecordType Type { get; }

    public ushort Class { get; }

    public uint TtlSeconds { get; }

    private ReadOnlySpan<byte> Data => _message.Slice(_dataAt, _dataLength);

    private bool IsService => Class == Internet && Type is DnsRecordType.Svcb or DnsRecordType.Https;

    /// <summary>The name that the record speaks of: lower-case ASCII, odd bytes as <c>\ddd</c>, the root as an empty text.</summary>
    /// <param name="text">At least 1012 characters.</param>
    public DnsStatus ReadOwner(Span<char> text, out int written) => DnsName.Read(_message, _ownerAt, text, out written);

    /// <summary>
    /// The other name under which the owner goes on: the target of CNAME, or of SVCB and HTTPS where it is not the owner itself.
    /// </summary>
    /// <returns>False when the record has none, or it cannot be read.</returns>
    public bool TryReadTarget(Span<char> text, out int written)
    {
        written = 0;
        if (Class != Internet) return false;
        int skip = IsService ? 2 : Type == DnsRecordType.Cname ? 0 : -1;
        if (skip < 0 || _dataLength <= skip) return false;

        // A name that runs on behind the data is not this record's.
        ReadOnlySpan<byte> upToEnd = _message[..(_dataAt + _dataLength)];
        return DnsName.Read(upToEnd, _dataAt + skip, text, out written) == DnsStatus.Whole && written > 0;
    }

    /// <summary>Addresses of the owner (A, AAAA) or of the service it offers (the hints of SVCB and HTTPS).</summary>
    /// <returns>How many were written; what does not fit is left out.</returns>
    public int ReadAddresses(Span<IpAddress> addresses)
    {
        if (Class != Internet || addresses.IsEmpty) return 0;
        switch (Type)
        {
            case DnsRecordType.A when _dataLength == 4:
                addresses[0] = V4(Data);
                return 1;
            case DnsRecordType.Aaaa when _dataLength == 16:
                addresses[0] = V6(Data);
                return 1;
            default:
                return IsService ? ReadHints(addresses) : 0;
        }
    }

    private int ReadHints(Span<IpAddress> addresses)
    {
        ReadOnlySpan<byte> data = Data;
        if (data.Length < 3 || DnsName.Skip(data, 2, out int at) != DnsStatus.Whole) return 0;
        int written = 0;
        while (at + 4 <= data.Length)
        {
            int key = BinaryPrimitives.ReadUInt16BigEndian(data[at..]), length = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]);
            at += 4;
            if (length > data.Length - at) break;
            int size = key switch { Ipv4Hint => 4, Ipv6Hint => 16, _ => 0 };
            for (ReadOnlySpan<byte> rest = data.Slice(at, length); size > 0 && rest.Length >= size && written < addresses.Length; rest = rest[size..])
                addresses[written++] = size == 4 ? V4(rest) : V6(rest);
            at += length;
        }

        return written;
    }

    private static IpAddress V4(ReadOnlySpan<byte> bytes) => IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    private static IpAddress V6(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));
}
