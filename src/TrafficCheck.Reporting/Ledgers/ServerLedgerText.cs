using System.Globalization;
using System.Net;
using System.Text;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Reporting.Ledgers;

/// <summary>
/// The ledger of proven servers as it is kept between runs (<c>--ledger</c>): ASCII, one socket a line, so that it can be read, compared and kept
/// under version control.
/// <code>
/// trafficcheck-servers/1
/// # transport address port first-proof last-proof proofs
/// tcp 10.0.0.5 25 2026-03-02T08:00:00.000000000Z 2026-03-02T08:39:59.250000000Z 17
/// end 1
/// </code>
/// Lines are sorted by address, port and transport; the last one has their number, so that a file that was cut is told from a whole one. There is
/// no text from captures in it, and nothing to escape.
/// </summary>
public static class ServerLedgerText
{
    /// <summary>Sockets that a ledger has at most: about 20 MB.</summary>
    public const int MaxServers = 200_000;

    private const string Name = "trafficcheck-servers/", Version = "1", Columns = "# transport address port first-proof last-proof proofs";

    /// <summary>Longer than any line that <see cref="Write"/> writes.</summary>
    private const int MaxLine = 160;

    /// <summary>Lines of a file, comments among them.</summary>
    private const int MaxLines = MaxServers + 1_000;

    /// <param name="servers">Each socket once, in order.</param>
    public static void Write(IReadOnlyList<ProvenServer> servers, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentNullException.ThrowIfNull(output);
        output.Write(Name + Version + "\n" + Columns + "\n");
        foreach (ProvenServer s in servers)
        {
            output.Write(string.Create(
                CultureInfo.InvariantCulture, $"{TransportNames.Of(s.Transport)} {s.Address} {s.Port} {Rfc3339.Text(s.FirstNs)} {Rfc3339.Text(s.LastNs)} {s.Proofs}\n"));
        }

        output.Write(string.Create(CultureInfo.InvariantCulture, $"end {servers.Count}\n"));
    }

    /// <summary>Reads a ledger. The bytes may be anybody's: what is read is bounded, and nothing of it is believed unless the whole is sound.</summary>
    /// <param name="file">Name for messages.</param>
    /// <returns>Each socket once, by address, port and transport. An empty file is an empty ledger.</returns>
    /// <exception cref="ServerLedgerException">It is none.</exception>
    public static IReadOnlyList<ProvenServer> Read(Stream input, string file)
    {
        ArgumentNullException.ThrowIfNull(input);
        var lines = new Lines(input, file);
        var servers = new List<ProvenServer>();
        var seen = new Dictionary<(IpAddress Address, ushort Port, byte Transport), int>();
        if (lines.Next() is not { } first) return servers;
        if (!first.StartsWith(Name, StringComparison.Ordinal)) throw lines.Wrong($"not a ledger of servers: the first line is not {Name}{Version}");
        if (first != Name + Version) throw lines.Wrong($"a ledger of version {first[Name.Length..]}, this program knows {Version}");
        while (lines.Next() is { } line)
        {
            if (line.StartsWith('#')) continue;
            if (line.StartsWith("end ", StringComparison.Ordinal))
            {
                if (line != string.Create(CultureInfo.InvariantCulture, $"end {servers.Count}")) throw lines.Wrong($"'{line}', but {servers.Count} sockets stand before it");
                if (lines.Next() is not null) throw lines.Wrong("text behind the end");
                servers.Sort(ProvenServer.BySocket);
                return servers;
            }

            if (servers.Count == MaxServers) throw lines.Wrong($"more than {MaxServers} sockets");
            ProvenServer server = Parse(line, lines);
            if (!seen.TryAdd((server.Address, server.Port, server.Transport), lines.Number))
                throw lines.Wrong($"the socket stands in line {seen[(server.Address, server.Port, server.Transport)]} already");
            servers.Add(server);
        }

        throw lines.Wrong("cut short: the line 'end' with the number of sockets is missing");
    }

    private static ProvenServer Parse(string line, Lines lines)
    {
        string[] fields = line.Split(' ');
        if (fields.Length != 6) throw lines.Wrong($"{fields.Length} fields instead of 6 ({Columns[2..]})");
        if (!TransportNames.TryParse(fields[0], out byte transport) || !TransportNames.HasPorts(transport) || TransportNames.Of(transport) != fields[0])
            throw lines.Wrong($"'{fields[0]}' is no transport with ports");
        if (!IPAddress.TryParse(fields[1], out IPAddress? parsed) || IpAddress.From(parsed) is var address && address.ToString() != fields[1])
            throw lines.Wrong($"'{fields[1]}' is no address in its usual form");
        if (AddressKind.CannotInitiate(address)) throw lines.Wrong($"'{fields[1]}' is no address of one host");
        if (!ushort.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)) throw lines.Wrong($"'{fields[2]}' is no port");
        if (!Rfc3339.TryParse(fields[3], out long firstNs)) throw lines.Wrong($"'{fields[3]}' is no time such as 2026-03-02T08:00:00.000000000Z");
        if (!Rfc3339.TryParse(fields[4], out long lastNs)) throw lines.Wrong($"'{fields[4]}' is no time such as 2026-03-02T08:00:00.000000000Z");
        if (firstNs > lastNs) throw lines.Wrong("the first proof is later than the last");
        if (!long.TryParse(fields[5], NumberStyles.None, CultureInfo.InvariantCulture, out long proofs) || proofs < 1) throw lines.Wrong($"'{fields[5]}' is no number of proofs");
        return new(address, port, transport, firstNs, lastNs, proofs);
    }

    /// <summary>Lines of bounded length and number, in printable ASCII, ended by LF or CR LF.</summary>
    private sealed class Lines(Stream input, string file)
    {
        private readonly StringBuilder _line = new(MaxLine);
        private readonly byte[] _buffer = new byte[1 << 14];
        private int _at, _filled;

        public int Number { get; private set; }

        /// <returns>Null at the end of the file.</returns>
        public string? Next()
        {
            _line.Clear();
            int next = Byte();
            if (next < 0) return null;
            if (++Number > MaxLines) throw Wrong($"more than {MaxLines} lines");
            for (; next >= 0 && next != '\n'; next = Byte())
            {
                if (_line.Length == MaxLine) throw Wrong($"longer than {MaxLine} characters");
                if (next is (< ' ' or > '~') and not '\r') throw Wrong($"the byte 0x{next:x2} has no place in a ledger");
                _line.Append((char)next);
            }

            if (_line.Length > 0 && _line[^1] == '\r') _line.Length--;
            string line = _line.ToString();
            return line.Contains('\r', StringComparison.Ordinal) ? throw Wrong("the byte 0x0d has no place in a ledger") : line;
        }

        public ServerLedgerException Wrong(FormattableString what) => Wrong(what.ToString(CultureInfo.InvariantCulture));

        public ServerLedgerException Wrong(string what) => new(file, Math.Max(1, Number), what);

        private int Byte()
        {
            if (_at == _filled)
            {
                _filled = input.Read(_buffer);
                _at = 0;
                if (_filled == 0) return -1;
            }

            return _buffer[_at++];
        }
    }
}
