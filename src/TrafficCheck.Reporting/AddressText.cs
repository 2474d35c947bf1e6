using System.Net;

namespace TrafficCheck.Reporting;

/// <summary>Canonical text of addresses: dotted IPv4, IPv6 as RFC 5952 writes it (lower case, longest run of zeros as <c>::</c>).</summary>
public static class AddressText
{
    /// <summary>Bytes that are enough for any address, with a scope.</summary>
    public const int MaxLength = 65;

    /// <summary>Writes the text and returns its length.</summary>
    public static int WriteUtf8(IPAddress address, Span<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.TryFormat(utf8, out int written)) throw new ArgumentException("The buffer is too small for an address.", nameof(utf8));
        return written;
    }
}
