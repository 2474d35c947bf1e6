using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Turns the tables of one document into rows: what each column holds, whom each table speaks about, and which way when no column says it.</summary>
internal sealed class TableImporter(string file, MatrixDraft draft, DocumentSettings settings)
{
    /// <summary>Words after "your" that are no host whose table this could be.</summary>
    private static readonly string[] s_noHosts = ["firewall", "network", "environment", "organization", "organisation", "system", "configuration", "needs", "requirements", "deployment", "site", "infrastructure"];

    private int _table, _declared, _lastSubject = -1;

    public void Import(IReadOnlyList<TableText> tables)
    {
        foreach (TableText table in tables)
        {
            if (draft.IsFull) return;
            Import(table);
        }
    }

    private void Import(TableText table)
    {
        int line = table.Header.Line;
        if (table.Header.Cells.Count > DocumentLimits.Columns)
        {
            Say(MessageSeverity.Error, "too-many-columns", line, null, $"the table has more than {DocumentLimits.Columns} columns: this is no port table; take it out");
            return;
        }

        ColumnRole[] roles = ColumnRoles.Of(table.Header.Cells);
        bool Has(ColumnRole role) => Array.IndexOf(roles, role) >= 0;
        if (!Has(ColumnRole.Port) && !(Has(ColumnRole.Protocol) && (Has(ColumnRole.Direction) || Has(ColumnRole.Source))))
        {
            Say(MessageSeverity.Warning, "no-matrix-table", line, null, "a table without a column of ports is not read: Port, Protocol and Direction make a matrix table");
            return;
        }

        _table++;
        if (_table > 1 && table.Before.Length > 0) Say(MessageSeverity.Info, "text-between-tables", table.BeforeLine, null, $"text and a header in the middle of the document: another table begins, '{Quoted.Of(table.Before)}'");
        RowDirection? direction = null;
        bool roleTable = Has(ColumnRole.Source) && Has(ColumnRole.Destination) && !Has(ColumnRole.Direction);
        bool byHeading = false;
        if (!Has(ColumnRole.Direction) && !roleTable)
        {
            byHeading = DirectionCell.TryFromHeading(table.Heading, out RowDirection found) || DirectionCell.TryFromHeading(table.Before, out found);
            if (byHeading)
            {
                direction = found;
                Say(MessageSeverity.Info, "direction-from-heading", line, null, $"no column of directions: the heading makes every row {found}");
            }
        }

        for (int i = 0; i < roles.Length; i++)
        {
            if (roles[i] == ColumnRole.None && table.Header.Cells[i].Length > 0) Say(MessageSeverity.Info, "column-not-used", line, table.Header.Cells[i], "this column says nothing that a matrix holds");
            if (roles[i] == ColumnRole.Severity) Say(MessageSeverity.Info, "severity-not-used", line, table.Header.Cells[i], "severities of rows are not used: a finding's severity follows from its verdict");
        }

        int? subject = roleTable ? null : Has(ColumnRole.Subject) ? -1 : SubjectOf(table, byHeading);
        Dictionary<string, int>? roleSubjects = roleTable ? RolesOf(table, roles) : null;
        if (roleTable && roleSubjects is null) return;
        new TableRows(file, draft, settings, table, roles, _table) { Subject = subject, HeadingDirection = direction, RoleSubjects = roleSubjects }.Import();
    }

    private int SubjectOf(TableText table, bool byHeading)
    {
        int line = table.Header.Line;
        foreach (string text in (ReadOnlySpan<string>)[table.Before, table.Heading])
        {
            if (text.Length is 0 or > 1000) continue;
            string slug = Quoted.Slug(text);
            foreach (var (word, known) in settings.SubjectBySlug)
            {
                if (word.Length > 0 && ("-" + slug + "-").Contains("-" + word + "-", StringComparison.Ordinal)) return _lastSubject = known;
            }
        }

        string? name = HostNamed(table.Before) ?? HostNamed(table.Heading);
        if (settings.Subjects.Count == 1 || (settings.Subjects.Count > _declared && name is null)) return _lastSubject = settings.Subjects[Math.Min(_declared++, settings.Subjects.Count - 1)];

        // "Incoming" and "Outgoing" tables one after the other speak about one host.
        if (name is null && byHeading && _lastSubject >= 0) return _lastSubject;
        name ??= draft.NextSubjectName();
        bool known2 = draft.TryFindSubject(name, out _);
        int subject = draft.Subject(name, line);
        if (_lastSubject >= 0 && subject != _lastSubject && !known2)
            Say(MessageSeverity.Info, "another-subject", line, null, $"this table speaks of another host: its rows are those of subject {Quoted.Of(name)}");
        return _lastSubject = subject;
    }

    /// <summary>"... on your Exchange Server:" names the host <c>exchange-server</c>.</summary>
    private static string? HostNamed(string text)
    {
        if (text.Length > 1000) return null;
        text = " " + text.TrimEnd(':', '.', ' ');
        int on = text.LastIndexOf(" your ", StringComparison.OrdinalIgnoreCase);
        if (on < 0) return null;
        string host = text[(on + 6)..];
        int end = host.IndexOfAny([',', '.', ':', ';', '(']);
        if (end >= 0) host = host[..end];
        string name = Quoted.Slug(string.Join(' ', host.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(3)));
        return name.Length == 0 || s_noHosts.Any(w => name.Contains(w, StringComparison.Ordinal)) ? null : name;
    }

    /// <summary>
    /// Whom a table of sources and destinations speaks about: the subjects that the document declares, else the one role that stands in
    /// every row. Null, with an error said, when neither is there.
    /// </summary>
    private Dictionary<string, int>? RolesOf(TableText table, ColumnRole[] roles)
    {
        if (settings.SubjectBySlug.Count > 0) return settings.SubjectBySlug;
        int source = Array.IndexOf(roles, ColumnRole.Source), destination = Array.IndexOf(roles, ColumnRole.Destination);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        int rows = 0;
        string lastSource = "", lastDestination = "";
        foreach (TableLine row in table.Rows)
        {
            // Merged cells are filled down here as they are when the rows are read.
            if (source < row.Cells.Count && row.Cells[source].Length > 0) lastSource = Quoted.Slug(CellMarkup.Plain(row.Cells[source]));
            if (destination < row.Cells.Count && row.Cells[destination].Length > 0) lastDestination = Quoted.Slug(CellMarkup.Plain(row.Cells[destination]));
            rows++;
            counts[lastSource] = counts.GetValueOrDefault(lastSource) + 1;
            if (lastDestination != lastSource) counts[lastDestination] = counts.GetValueOrDefault(lastDestination) + 1;
        }

        string[] everywhere = [.. counts.Where(c => c.Value == rows && c.Key.Length > 0 && c.Key is not ("any" or "all" or "internet")).Select(c => c.Key)];
        if (everywhere.Length == 1)
        {
            Say(MessageSeverity.Info, "subject-from-roles", table.Header.Line, null, $"'{everywhere[0]}' stands in every row as source or destination: it is the subject, and decides the direction");
            return new(StringComparer.Ordinal) { [everywhere[0]] = draft.Subject(everywhere[0], table.Header.Line) };
        }

        Say(MessageSeverity.Error, "direction-missing", table.Header.Line, table.Header.Cells[source], "sources and destinations, but no host of which In and Out could be said: name it in front matter, subjects: NAME, with the word of these columns");
        return null;
    }

    private void Say(MessageSeverity severity, string code, int line, string? cell, string text) => draft.Log.Say(severity, code, file, line, cell, string.Create(CultureInfo.InvariantCulture, $"{text}"));
}
