using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TrafficCheck.Matrices.Documents;

/// <summary>Reads addresses, prefixes and address ranges; stricter than .NET, which takes 10.5 for 10.0.0.5 and 010 for octal.</summary>
internal static class AddressCell
{
    /// <summary>An address, a prefix (host bits may be set: 10.0.0.5/24 is 10.0.0.0/24), or a range <c>10.0.0.1-10.0.0.9</c> or <c>10.0.0.1-9</c>.</summary>
    /// <param name="networks">The prefixes that together cover exactly what was written.</param>
    public static bool TryRead(string text, out List<IPNetwork> networks)
    {
        networks = [];
        text = text.Trim();
        int slash = text.IndexOf('/', StringComparison.Ordinal), dash = text.IndexOf('-', StringComparison.Ordinal);
        if (slash >= 0)
        {
            if (!TryAddress(text[..slash], out IPAddress? address)) return false;
            int whole = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
            if (!TryLength(text[(slash + 1)..], whole, out int length)) return false;
            networks.Add(Masked(address, length));
            return true;
        }

        if (dash >= 0) return TryRange(text[..dash].Trim(), text[(dash + 1)..].Trim(), networks);
        if (!TryAddress(text, out IPAddress? single)) return false;
        networks.Add(new IPNetwork(single, single.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
        return true;
    }

    /// <summary>A whole IPv4 or IPv6 address without zone.</summary>
    public static bool TryAddress(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        text = text.Trim();
        if (text.Length is 0 or > 45) return false;
        if (text.Contains(':', StringComparison.Ordinal))
            return text.IndexOfAny(['%', '[', ']']) < 0 && IPAddress.TryParse(text, out address);
        string[] parts = text.Split('.');
        if (parts.Length != 4) return false;
        foreach (string part in parts)
        {
            if (part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0') || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return false;
        }

        return IPAddress.TryParse(text, out address);
    }

    /// <summary>Whether a word can only be meant as an IPv4 address, prefix or range, be it right or not: four numbers with dots begin it.</summary>
    public static bool LooksLikeOne(string word)
    {
        int dots = 0, digits = 0;
        for (int i = 0; i <= word.Length; i++)
        {
            char c = i < word.Length ? word[i] : '/';
            if (char.IsAsciiDigit(c)) digits++;
            else if (digits is 0 or > 3) return false;
            else if (c == '.')
            {
                if (++dots > 3) return false;
                digits = 0;
            }
            else return dots == 3 && c is '/' or '-';
        }

        return false;
    }

    private static bool TryLength(string text, int whole, out int length)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length)) return length <= whole;

        // 10.0.0.0/255.255.255.0
        if (whole != 32 || !TryAddress(text, out IPAddress? mask)) return false;
        uint bits = Number(mask);
        length = System.Numerics.BitOperations.LeadingZeroCount(~bits);
        return length == 32 || bits << length == 0;
    }

    private static IPNetwork Masked(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = length; bit < bytes.Length * 8; bit++) bytes[bit >> 3] &= (byte)~(0x80 >> (bit & 7));
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static bool TryRange(string from, string to, List<IPNetwork> networks)
    {
        if (!TryAddress(from, out IPAddress? first) || first.AddressFamily != AddressFamily.InterNetwork) return false;
        if (!to.Contains('.', StringComparison.Ordinal)) to = from[..(from.LastIndexOf('.') + 1)] + to;
        if (!TryAddress(to, out IPAddress? last) || last.AddressFamily != AddressFamily.InterNetwork) return false;
        ulong at = Number(first), end = Number(last);
        if (end < at) return false;
        while (at <= end)
        {
            int length = 32;
            while (length > 0 && (at & ((1UL << (33 - length)) - 1)) == 0 && at + (1UL << (33 - length)) - 1 <= end) length--;
            byte[] bytes = [(byte)(at >> 24), (byte)(at >> 16), (byte)(at >> 8), (byte)at];
            networks.Add(new IPNetwork(new IPAddress(bytes), length));
            at += 1UL << (32 - length);
        }

        return true;
    }

    private static uint Number(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return ((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3];
    }
}
