using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Reads the rows of one table. Every cell that is odd is said, with how it was understood.</summary>
internal sealed partial class TableRows
{
    private readonly string _file;
    private readonly MatrixDraft _draft;
    private readonly DocumentSettings _settings;
    private readonly TableText _table;
    private readonly int _number;
    private readonly Footnotes _footnotes;
    private readonly int[] _columnByRole;
    private readonly int[] _notes;
    private readonly string[] _lastByRole;
    private readonly Dictionary<string, (string Id, int Line)> _seen = new(StringComparer.Ordinal);
    private bool _saidNoDirection;
    private int _columnOfPurpose;

    public TableRows(string file, MatrixDraft draft, DocumentSettings settings, TableText table, ColumnRole[] roles, int number)
    {
        (_file, _draft, _settings, _table, _number) = (file, draft, settings, table, number);
        _footnotes = new(settings.Exact ? [] : table.After);
        int count = Enum.GetValues<ColumnRole>().Length;
        _columnByRole = [.. Enumerable.Range(0, count).Select(r => Array.IndexOf(roles, (ColumnRole)r))];
        _lastByRole = [.. Enumerable.Repeat("", count)];
        _columnOfPurpose = Column(ColumnRole.Purpose);
        if (_columnOfPurpose < 0) _columnOfPurpose = Column(ColumnRole.Service) >= 0 ? Column(ColumnRole.Service) : Column(ColumnRole.Notes);
        _notes = [.. Enumerable.Range(0, roles.Length).Where(i => i != _columnOfPurpose && roles[i] is ColumnRole.Service or ColumnRole.Notes && i != _columnOfPurpose)];
    }

    /// <summary>Whose rows these are; -1 when a column says it; null when sources and destinations do.</summary>
    public int? Subject { get; init; }

    public RowDirection? HeadingDirection { get; set; }

    /// <summary>Subjects by role name, for tables of sources and destinations.</summary>
    public Dictionary<string, int>? RoleSubjects { get; init; }

    public void Import()
    {
        foreach (TableLine line in _table.Rows)
        {
            if (_draft.IsFull) return;
            if (!IsAside(line)) Row(line);
        }
    }

    /// <summary>Rows that hold no rule: blank ones, the header again, and headings inside the table.</summary>
    private bool IsAside(TableLine line)
    {
        var filled = new List<string>();
        foreach (string cell in line.Cells)
        {
            if (cell.Length > 0 && filled.Count < 2) filled.Add(cell);
        }

        if (filled.Count == 0) return true;
        if (line.Cells.SequenceEqual(_table.Header.Cells))
        {
            Say(MessageSeverity.Info, "header-again", line.Line, null, "the header again: not a row");
            return true;
        }

        if (_settings.Exact || filled.Count > 1 || line.Cells.Count < 3 || line.Cells[0].Length == 0 || line.Cells[0].Any(char.IsAsciiDigit)) return false;
        string heading = Quoted.OneLine(CellMarkup.Plain(line.Cells[0]));
        if (PortCell.Read(heading) is { Problem: null } && Column(ColumnRole.Port) == 0) return false;
        bool turns = Column(ColumnRole.Direction) < 0 && DirectionCell.TryFromHeading(heading, out RowDirection direction);
        if (turns) HeadingDirection = DirectionCell.TryFromHeading(heading, out direction) ? direction : null;
        Say(MessageSeverity.Info, "heading-in-table", line.Line, null, $"'{Quoted.Of(heading)}' is a heading inside the table" + (turns ? $": the rows below are {HeadingDirection}" : ""));
        return true;
    }

    private void Row(TableLine line)
    {
        var reading = new RowReading(line, _settings.Exact);
        if (line.Joined) Say(MessageSeverity.Warning, "cell-broken-over-lines", line.Line, null, "a cell is broken over lines: the lines were joined");
        int expected = _table.Header.Cells.Count;
        if (line.Cells.Count != expected)
        {
            string beyond = line.Cells.Count > expected ? "; the cells beyond the last column were joined to it, as if a pipe in it were text" : "; the missing ones are blank";
            Say(MessageSeverity.Warning, "cell-count", line.Line, null, string.Create(CultureInfo.InvariantCulture, $"the row has {line.Cells.Count} cells, the header {expected}{beyond}"));
            reading.JoinBeyond(expected);
        }

        bool fits = reading.CheckCells((index, text) => Say(MessageSeverity.Warning, "control-characters", line.Line, Header(index), $"control characters were taken out of '{Quoted.Of(text)}'"), out int tooLong);
        bool enforced = fits || Refuse("cell-too-long", line.Line, Header(tooLong), $"the cell is longer than {DocumentLimits.Cell} characters");

        string purpose = Purpose(line, reading);
        PortCell ports = PortCell.Read(Cell(reading, ColumnRole.Port, line, fill: false));
        ProtocolReading protocol = ProtocolCell.Read(Cell(reading, ColumnRole.Protocol, line, fill: ports.Groups.Count == 0 || ports.Groups.Exists(g => g.Transports.Count == 0)));
        if (ports.Groups.Count == 0 && ports.Bare.Count == 0 && ports.Problem is null && !IsPortless(protocol)) ports = PortCell.Read(Cell(reading, ColumnRole.Port, line, fill: true));
        ServiceReading service = ServiceOf.Row(ports, protocol, _settings.Exact ? "" : HeaderTransport());
        foreach (var (code, role, text) in service.Problems) enforced &= Refuse(code, line.Line, Header(Column(role)), text);
        foreach (var (code, role, text) in service.Notes.Where(_ => !_settings.Exact)) Say(code == "dynamic-range" ? MessageSeverity.Warning : MessageSeverity.Info, code, line.Line, Header(Column(role)), text);
        string? application = Application(line, reading, service, ref purpose);
        foreach (string mark in reading.Marks)
        {
            if (_footnotes[mark] is not { } note) continue;
            purpose = Quoted.OneLine($"{purpose} ({mark} {note})");
        }

        if (reading.Marks.Count > 0)
        {
            bool found = reading.Marks.Any(m => _footnotes[m] is not null);
            Say(MessageSeverity.Info, "footnote-mark", line.Line, reading.MarkedColumn >= 0 ? Header(reading.MarkedColumn) : null,
                $"a footnote mark ({string.Join(' ', reading.Marks)}) was taken off" + (found ? ": its text is joined to the purpose" : ": no text under the table begins with it") + $"; read as port {string.Join(",", service.Services.SelectMany(s => s.Ports).Take(8))}");
        }

        if (ports.Label.Length > 0 && !purpose.Contains(ports.Label, StringComparison.OrdinalIgnoreCase)) purpose = purpose.Length == 0 ? ports.Label : $"{purpose} ({ports.Label})";
        if (!_settings.Exact && IsCutShort(purpose)) Say(MessageSeverity.Warning, "text-cut-short", line.Line, Header(_columnOfPurpose), $"the text ends in the middle: '...{Quoted.End(purpose)}': complete it from the vendor's page");

        RowNeed need = RowNeed.Required;
        string? condition = null;
        if (Column(ColumnRole.Need) >= 0)
        {
            string cell = Cell(reading, ColumnRole.Need, line, fill: false);
            if (!NeedCell.TryRead(cell, purpose, _settings, out need, out condition))
                enforced &= Refuse("need-not-understood", line.Line, Header(Column(ColumnRole.Need)), $"'{Quoted.Of(cell)}' is no need: write required, optional, or when: NAME");
        }
        else if (!_settings.Exact && NeedCell.ConditionOf(purpose, _settings) is { } named) (need, condition) = (RowNeed.Conditional, named);

        enforced &= Allows(line, reading);
        if (Column(ColumnRole.Enforced) >= 0) enforced &= !Cell(reading, ColumnRole.Enforced, line, fill: false).Equals("no", StringComparison.OrdinalIgnoreCase);
        _peersUnderstood = true;
        var ends = Ends(line, reading, purpose, service, ref enforced);
        enforced &= _peersUnderstood;
        foreach (var (subject, direction, peers) in ends)
        {
            foreach (RowService one in service.Services) Add(line, reading, one, application, subject, direction, peers, need, condition, purpose, enforced);
        }
    }

    private void Add(TableLine line, RowReading reading, RowService service, string? application, int subject, RowDirection direction, IReadOnlyList<RowPeer> peers, RowNeed need, string? condition, string purpose, bool enforced)
    {
        string id = Quoted.OneLine(reading.Text(Column(ColumnRole.Id)));
        if (id.Length > 0 && !IsId(id, out string problem))
        {
            enforced &= Refuse("id-not-understood", line.Line, Header(Column(ColumnRole.Id)), problem);
            id = "";
        }

        if (id.Length > 0 && reading.RowsAdded++ > 0) id = string.Create(CultureInfo.InvariantCulture, $"{id}-{reading.RowsAdded}");

        // A plain number in an Id column is a place in the list, and R is what rows are called by.
        if (!_settings.Exact && id.Length > 0 && id.All(char.IsAsciiDigit)) id = "R" + id;
        bool fromSource = service.FromSource || (!_settings.Exact && application == "ftp" && service.Ports is [{ First: 20, Last: 20 }]);
        var row = new MatrixRow
        {
            Id = id.Length > 0 ? id : _draft.NextId,
            Subject = subject,
            Ports = service.Ports,
            Transports = service.Transports,
            Application = application,
            FromServerPort = fromSource,
            Direction = direction == RowDirection.InOut && _settings.ReplyOnly ? RowDirection.Out : direction,
            Peers = peers,
            Need = need,
            Condition = condition,
            Purpose = Quoted.OneLine(purpose), // parts of it may come from other cells
            Source = new(_file, line.Line, _number),
            Enforced = enforced,
        };
        string same = $"{subject}|{row.PortsText}|{string.Join('/', row.Transports)}|{direction}|{application}|{string.Join(',', peers)}|{purpose}";
        if (!_settings.Exact && same.Length < 4096 && !_seen.TryAdd(same, (row.Id, line.Line)))
            Say(MessageSeverity.Warning, "identical-rows", line.Line, null, string.Create(CultureInfo.InvariantCulture, $"identical to {_seen[same].Id} (line {_seen[same].Line}): both are kept; if their purposes differ, say so"));
        _draft.Add(row);
    }

    private string Purpose(TableLine line, RowReading reading)
    {
        string purpose = Quoted.OneLine(reading.Text(_columnOfPurpose));
        if (!_settings.Exact)
        {
            if (purpose.Length == 0 && _lastByRole[(int)ColumnRole.Purpose].Length > 0)
            {
                purpose = _lastByRole[(int)ColumnRole.Purpose];
                Say(MessageSeverity.Info, "blank-filled-down", line.Line, Header(_columnOfPurpose), "the cell is blank: the merged cell above applies");
            }

            purpose = Footnotes.StripEnd(purpose, reading.Marks);
            _lastByRole[(int)ColumnRole.Purpose] = purpose;
        }

        foreach (int column in _notes)
        {
            string note = Quoted.OneLine(reading.Text(column));
            if (note.Length > 0 && !purpose.Contains(note, StringComparison.OrdinalIgnoreCase)) purpose = purpose.Length == 0 ? note : $"{purpose}; {note}";
        }

        return purpose;
    }

    private string? Application(TableLine line, RowReading reading, ServiceReading service, ref string purpose)
    {
        int column = Column(ColumnRole.Application);
        if (column < 0) return service.Application;
        string text = Quoted.OneLine(reading.Text(column));
        if (_settings.Exact) return text is "" or "-" or "any" ? null : text;
        string slug = Quoted.Slug(text);
        if (slug is "" or "any" or "all" or "n-a") return service.Application;
        ProtocolReading read = ProtocolCell.Read(text);
        if (read.Application is { } application) return application == "ftps-implicit" && service.Services.Any(s => s.Ports.Any(p => p.Contains(21))) && slug == "ftps" ? "ftps-explicit" : application;
        if (read.Problem is null) return service.Application;
        Say(MessageSeverity.Warning, "application-not-known", line.Line, Header(column), $"'{Quoted.Of(text)}' is no application that can be recognised: any may be spoken");
        if (!purpose.Contains(text, StringComparison.OrdinalIgnoreCase)) purpose = purpose.Length == 0 ? text : $"{purpose} ({text})";
        return service.Application;
    }

    /// <summary>Subject, direction and peers: one for most rows; a row between two subjects gives one for each.</summary>
    private List<(int Subject, RowDirection Direction, IReadOnlyList<RowPeer> Peers)> Ends(TableLine line, RowReading reading, string purpose, ServiceReading service, ref bool enforced)
    {
        if (RoleSubjects is not null) return RoleEnds(line, reading, purpose);
        int subject = Subject ?? 0;
        if (subject < 0)
        {
            string name = Quoted.OneLine(Cell(reading, ColumnRole.Subject, line, fill: !_settings.Exact));
            if (name.Length is 0 or > 128)
            {
                enforced &= Refuse("subject-missing", line.Line, Header(Column(ColumnRole.Subject)), "the row names no subject");
                name = _draft.SubjectCount > 0 ? _draft.SubjectName(0) : "subject-1";
            }

            subject = _settings.SubjectBySlug.TryGetValue(Quoted.Slug(name), out int known) && !_settings.Exact ? known : _draft.Subject(name, line.Line);
        }

        RowDirection direction = HeadingDirection ?? RowDirection.InOut;
        if (Column(ColumnRole.Direction) >= 0)
        {
            string cell = Cell(reading, ColumnRole.Direction, line, fill: !_settings.Exact);
            if (!DirectionCell.TryRead(cell, out direction)) enforced &= Refuse("direction-not-understood", line.Line, Header(Column(ColumnRole.Direction)), $"'{Quoted.Of(cell)}' is no direction: write In, Out or In/Out");
        }
        else if (HeadingDirection is null)
        {
            enforced = false;
            if (!_saidNoDirection) Refuse("direction-missing", _table.Header.Line, null, "the table has no column of directions, and no heading above it says Inbound or Outbound: add a Direction column");
            _saidNoDirection = true;
        }

        return [(subject, direction, PeersByDirection(line, reading, direction, purpose))];
    }

    private List<(int Subject, RowDirection Direction, IReadOnlyList<RowPeer> Peers)> RoleEnds(TableLine line, RowReading reading, string purpose)
    {
        string source = Cell(reading, ColumnRole.Source, line, fill: true), destination = Cell(reading, ColumnRole.Destination, line, fill: true);
        bool isSource = TryRole(source, out int sourceSubject), isDestination = TryRole(destination, out int destinationSubject);
        var ends = new List<(int, RowDirection, IReadOnlyList<RowPeer>)>();
        if (isSource && isDestination && sourceSubject == destinationSubject) ends.Add((sourceSubject, RowDirection.InOut, []));
        else
        {
            if (isSource) ends.Add((sourceSubject, RowDirection.Out, Peers(line, reading, Column(ColumnRole.Destination), purpose, destination)));
            if (isDestination) ends.Add((destinationSubject, RowDirection.In, Peers(line, reading, Column(ColumnRole.Source), purpose, source)));
        }

        if (ends.Count == 0)
            Say(MessageSeverity.Warning, "row-of-other-hosts", line.Line, Header(Column(ColumnRole.Source)), $"neither '{Quoted.Of(source)}' nor '{Quoted.Of(destination)}' is a subject: the row is left out; name one in front matter, subjects, to read it");
        return ends;
    }

    private bool TryRole(string cell, out int subject)
    {
        if (RoleSubjects!.TryGetValue(Quoted.Slug(cell), out subject)) return true;
        foreach (string item in PeerCell.Items(cell).Take(32))
        {
            if (RoleSubjects.TryGetValue(Quoted.Slug(item), out subject)) return true;
        }

        return false;
    }

    /// <summary>The text of a cell; a blank one is filled from the merged cell above when <paramref name="fill"/> says so.</summary>
    private string Cell(RowReading reading, ColumnRole role, TableLine line, bool fill)
    {
        int column = Column(role);
        if (column < 0) return "";
        string text = reading.Structured(column, role is ColumnRole.Port or ColumnRole.Protocol or ColumnRole.Direction or ColumnRole.Need);
        if (text.Length > 0)
        {
            _lastByRole[(int)role] = text;
            return text;
        }

        string above = _lastByRole[(int)role];
        if (!fill || above.Length == 0) return "";
        Say(MessageSeverity.Info, "blank-filled-down", line.Line, Header(column), $"the cell is blank: the merged cell above applies ('{Quoted.Of(above)}')");
        return above;
    }

    private string HeaderTransport()
    {
        int port = Column(ColumnRole.Port);
        if (port < 0 || Column(ColumnRole.Protocol) >= 0) return "";
        string slug = Quoted.Slug(_table.Header.Cells[port]);
        return slug.StartsWith("tcp-port", StringComparison.Ordinal) ? "tcp" : slug.StartsWith("udp-port", StringComparison.Ordinal) ? "udp" : "";
    }

    private static bool IsPortless(ProtocolReading protocol) => protocol.Transports.Count > 0 && !protocol.Transports.Any(TransportNames.HasPorts);

    private static bool IsId(string id, out string problem)
    {
        bool fine = id.Length <= 40 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
        problem = fine ? "" : $"'{Quoted.Of(id)}' is no id: letters, digits, and - _ . : up to 40";
        return fine;
    }

    private static bool IsCutShort(string text)
    {
        foreach (string end in (ReadOnlySpan<string>)[":", " the", " to", " and", " of", " for", " from", " or", " a", " an", " with", " by", ","])
        {
            if (text.EndsWith(end, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private int Column(ColumnRole role) => _columnByRole[(int)role];

    private string? Header(int column) => column >= 0 && column < _table.Header.Cells.Count ? _table.Header.Cells[column] : null;

    private bool Refuse(string code, int line, string? cell, string text) => _draft.Log.Refuse(code, _file, line, cell, text);

    private void Say(MessageSeverity severity, string code, int line, string? cell, string text) => _draft.Log.Say(severity, code, _file, line, cell, text);
}
