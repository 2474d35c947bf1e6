using System.Globalization;
using System.Text;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Turns tables into rows, and says of every cell that is odd how it was understood.</summary>
internal sealed class TableImporter(string file, MatrixReadOptions options, List<MatrixMessage> messages, List<MatrixSubject> subjects, List<MatrixRow> rows)
{
    private int _table;

    public void Import(IReadOnlyList<TableText> tables)
    {
        foreach (TableText table in tables)
        {
            int port = Column(table, "port"), protocol = Column(table, "protocol"), direction = Column(table, "direction"), purpose = Column(table, "required", "purpose", "description", "service", "notes", "use");
            int peer = Column(table, "peer", "host", "destination");
            if (port < 0 || protocol < 0 || direction < 0)
            {
                Say(MessageSeverity.Warning, "no-matrix-table", table.Header.Line, null, "a table without the columns Port, Protocol and Direction is not read");
                continue;
            }

            _table++;
            int subject = SubjectOf(table);
            string lastPurpose = "";
            foreach (TableLine line in table.Rows) Row(table, line, subject, (port, protocol, direction, purpose, peer), ref lastPurpose);
        }
    }

    private void Row(TableText table, TableLine line, int subject, (int Port, int Protocol, int Direction, int Purpose, int Peer) at, ref string lastPurpose)
    {
        string Cell(int column) => column >= 0 && column < line.Cells.Count ? line.Cells[column] : "";
        if (line.Joined) Say(MessageSeverity.Warning, "cell-broken-over-lines", line.Line, null, "a cell is broken over lines: the lines were joined");
        if (line.Cells.Count != table.Header.Cells.Count)
            Say(MessageSeverity.Warning, "cell-count", line.Line, null, string.Create(CultureInfo.InvariantCulture, $"the row has {line.Cells.Count} cells, the header {table.Header.Cells.Count}"));
        bool enforced = true;
        if (!CellText.TryPorts(Cell(at.Port), out List<PortRange> ports, out bool footnote))
        {
            enforced = Refuse("port-not-understood", line.Line, table.Header.Cells[at.Port], $"'{Quote(Cell(at.Port))}' is no port, list or range from 0 to 65535");
            ports = [PortRange.Any];
        }

        if (footnote) Say(MessageSeverity.Info, "footnote-mark", line.Line, table.Header.Cells[at.Port], $"'{Quote(Cell(at.Port))}' carries a footnote mark: read as port {string.Join(",", ports)}");
        string protocolCell = Cell(at.Protocol);
        if (!CellText.TryProtocol(protocolCell, ports[0].First, out List<byte> transports, out string? application))
            enforced &= Refuse("protocol-not-understood", line.Line, table.Header.Cells[at.Protocol], $"'{Quote(protocolCell)}' is no transport or application known");
        if (application is not null)
            Say(MessageSeverity.Info, "application-in-protocol", line.Line, table.Header.Cells[at.Protocol], $"'{Quote(protocolCell)}' names an application: read as {string.Join("/", transports.Select(TransportNames.Of))}, spoken {application}");
        else if (transports.Count > 1) Say(MessageSeverity.Info, "several-transports", line.Line, table.Header.Cells[at.Protocol], $"'{Quote(protocolCell)}' allows each of them");
        if (!CellText.TryDirection(Cell(at.Direction), out RowDirection direction))
            enforced &= Refuse("direction-not-understood", line.Line, table.Header.Cells[at.Direction], $"'{Quote(Cell(at.Direction))}' is no direction: write In, Out or In/Out");
        string purpose = Clean(Cell(at.Purpose));
        if (purpose.Length == 0 && lastPurpose.Length > 0)
        {
            purpose = lastPurpose;
            Say(MessageSeverity.Info, "blank-filled-down", line.Line, null, "the purpose is blank: the merged cell above applies");
        }

        lastPurpose = purpose;
        if (IsCutShort(purpose)) Say(MessageSeverity.Warning, "text-cut-short", line.Line, null, $"the text ends in the middle: '...{Quote(purpose[Math.Max(0, purpose.Length - 30)..])}'");
        List<RowPeer> peers = CellText.Peers(at.Peer >= 0 ? Cell(at.Peer) : purpose);
        if (peers.Count > 0) Say(MessageSeverity.Info, "peers-from-text", line.Line, null, "limited to the hosts named: " + string.Join(", ", peers));
        string? condition = ConditionOf(purpose);
        bool ftpData = application == "ftp" && ports is [{ First: 20, Last: 20 }];
        var row = new MatrixRow
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"R{rows.Count + 1}"),
            Subject = subject,
            Ports = ports,
            Transports = transports,
            Application = application,
            FromServerPort = ftpData,
            Direction = direction,
            Peers = peers,
            Need = condition is null ? RowNeed.Required : RowNeed.Conditional,
            Condition = condition,
            Purpose = purpose,
            Source = new(file, line.Line, _table),
            Enforced = enforced,
        };
        MatrixRow? same = rows.FirstOrDefault(r => r.Subject == subject && r.Purpose == purpose && r.Direction == direction && r.Ports.SequenceEqual(ports) && r.Transports.SequenceEqual(transports) && r.Application == application);
        if (same is not null) Say(MessageSeverity.Warning, "identical-rows", line.Line, null, string.Create(CultureInfo.InvariantCulture, $"identical to {same.Id} (line {same.Source.Line}): both are kept"));
        rows.Add(row);
    }

    private int SubjectOf(TableText table)
    {
        string? name = null;
        string lower = table.Before.TrimEnd(':', '.');
        int on = lower.LastIndexOf(" your ", StringComparison.OrdinalIgnoreCase);
        if (subjects.Count > 0 && on >= 0)
        {
            string host = lower[(on + 6)..].Trim();
            int end = host.IndexOfAny([',', '.', ':', ';']);
            if (end >= 0) host = host[..end];
            name = string.Join('-', host.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(3)).ToLowerInvariant();
        }

        if (string.IsNullOrEmpty(name)) name = string.Create(CultureInfo.InvariantCulture, $"subject-{subjects.Count + 1}");
        int known = subjects.FindIndex(s => s.Name == name);
        if (known >= 0) return known;
        if (_table > 1) Say(MessageSeverity.Info, "another-subject", table.Header.Line, null, $"the text before this table speaks of another host: its rows are those of subject {name}");
        subjects.Add(new(name, []));
        return subjects.Count - 1;
    }

    private static int Column(TableText table, params string[] words)
    {
        for (int i = 0; i < table.Header.Cells.Count; i++)
        {
            if (words.Any(w => table.Header.Cells[i].Contains(w, StringComparison.OrdinalIgnoreCase))) return i;
        }

        return -1;
    }

    private static string? ConditionOf(string purpose)
    {
        if (purpose.Contains("PMM", StringComparison.Ordinal) && (purpose.Contains("if you are using", StringComparison.OrdinalIgnoreCase) || purpose.Contains("when using", StringComparison.OrdinalIgnoreCase))) return "pmm";
        if (purpose.Contains("if configured", StringComparison.OrdinalIgnoreCase)) return "configured";
        int at = purpose.IndexOf("if using ", StringComparison.OrdinalIgnoreCase);
        if (at < 0) at = purpose.IndexOf("if you use ", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        string[] words = purpose[at..].Split([' ', ',', '.'], StringSplitOptions.RemoveEmptyEntries);
        return string.Join('-', words.Skip(words[1].Equals("you", StringComparison.OrdinalIgnoreCase) ? 3 : 2).Where(w => w is not ("an" or "a" or "the")).Take(2)).ToLowerInvariant();
    }

    private static bool IsCutShort(string text) =>
        text.EndsWith(':') || text.EndsWith(" the", StringComparison.OrdinalIgnoreCase) || text.EndsWith(" to", StringComparison.OrdinalIgnoreCase) || text.EndsWith(" and", StringComparison.OrdinalIgnoreCase);

    private bool Refuse(string code, int line, string cell, string text)
    {
        Say(options.Lenient ? MessageSeverity.Warning : MessageSeverity.Error, code, line, cell, options.Lenient ? text + ": the row is not enforced" : text + ": correct the cell, or read with --lenient");
        return false;
    }

    private void Say(MessageSeverity severity, string code, int line, string? cell, string text) => messages.Add(new(severity, code, file, line, cell, text));

    private static string Clean(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Quote(string text)
    {
        var quoted = new StringBuilder();
        foreach (char c in text.Length > 60 ? text[..60] + "..." : text) quoted.Append(char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? '?' : c);
        return quoted.ToString();
    }
}
