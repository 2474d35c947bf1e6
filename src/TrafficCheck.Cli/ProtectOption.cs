using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Cli;

/// <summary>Reads <c>--protect [NAME=]ADDR[/LEN][,...]</c> and joins it with the addresses that the matrix gives.</summary>
internal static class ProtectOption
{
    /// <returns>For each subject of the matrix, in its order, the protected networks.</returns>
    /// <exception cref="UsageException">An address or name is not understood, or nothing is protected.</exception>
    public static IReadOnlyList<IReadOnlyList<IPNetwork>> Resolve(AllowedMatrix matrix, IReadOnlyList<string> values)
    {
        var given = new List<IPNetwork>?[matrix.Subjects.Count];
        foreach (string value in values)
        {
            int equals = value.IndexOf('=', StringComparison.Ordinal);
            int[] subjects = equals < 0 ? [.. Enumerable.Range(0, matrix.Subjects.Count)] : [Subject(matrix, value[..equals].Trim())];
            string[] addresses = value[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (addresses.Length == 0) throw new UsageException($"--protect '{value}': no address given");
            foreach (string address in addresses)
            {
                IPNetwork network = Network(address);
                foreach (int subject in subjects) (given[subject] ??= []).Add(network);
            }
        }

        IReadOnlyList<IPNetwork>[] result = [.. matrix.Subjects.Select((s, i) => (IReadOnlyList<IPNetwork>?)given[i]?.Distinct().ToList() ?? s.Addresses)];
        if (result.All(r => r.Count == 0))
        {
            string names = string.Join(", ", matrix.Subjects.Select((s, i) => string.Create(CultureInfo.InvariantCulture, $"{s.Name} (position {i + 1})")));
            throw new UsageException($"no protected hosts: say whose traffic the matrix speaks about with --protect ADDR, or for one subject --protect NAME=ADDR; the subjects are {names}");
        }

        return result;
    }

    /// <summary>An address, or a prefix whose host bits may be set (10.0.0.5/24 is 10.0.0.0/24).</summary>
    private static IPNetwork Network(string text)
    {
        if (text == "auto")
            throw new UsageException("--protect auto is not in this version: give the addresses of the protected hosts");
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string addressText = slash < 0 ? text : text[..slash];

        // IPAddress.Parse takes 10.5 for 10.0.0.5; nobody writes that and means it.
        bool plausible = addressText.Contains(':', StringComparison.Ordinal) || addressText.Count(c => c == '.') == 3;
        if (!plausible || addressText.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(addressText, out IPAddress? address))
            throw new UsageException($"--protect '{text}': not an IP address or prefix; names are not looked up");
        int whole = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128, length = whole;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > whole))
            throw new UsageException($"--protect '{text}': the prefix length must be a number from 0 to {whole}");
        byte[] bytes = address.GetAddressBytes();
        for (int bit = length; bit < whole; bit++) bytes[bit >> 3] &= (byte)~(0x80 >> (bit & 7));
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static int Subject(AllowedMatrix matrix, string name)
    {
        for (int i = 0; i < matrix.Subjects.Count; i++)
        {
            if (matrix.Subjects[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        }

        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int position) && position >= 1 && position <= matrix.Subjects.Count)
            return position - 1;

        // A matrix with one subject has no other it could be: the name given is as good as the one it has by position.
        if (matrix.Subjects.Count == 1) return 0;
        throw new UsageException(
            $"--protect: no subject '{name}' in the matrix; there are " +
            string.Join(", ", matrix.Subjects.Select((s, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1} {s.Name}"))));
    }
}
