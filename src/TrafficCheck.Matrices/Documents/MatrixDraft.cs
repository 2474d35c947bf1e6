using System.Globalization;
using System.Net;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Documents;

/// <summary>The matrix while its documents are read: subjects by name, rows with their ids, and what there is to say.</summary>
internal sealed class MatrixDraft(MatrixReadOptions options)
{
    private readonly List<(string Name, List<IPNetwork> Addresses)> _subjects = [];
    private readonly Dictionary<string, int> _subjectByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lineById = new(StringComparer.Ordinal);
    private readonly List<MatrixRow> _rows = [];
    private int _peers;
    private bool _full;

    public MessageLog Log { get; } = new(options);

    public List<MatrixSource> Sources { get; } = [];

    /// <summary>Name given by a document; the first one counts.</summary>
    public string? Name { get; set; }

    public int SubjectCount => _subjects.Count;

    public int RowCount => _rows.Count;

    /// <summary>Id of the next row when the document gives none.</summary>
    public string NextId => string.Create(CultureInfo.InvariantCulture, $"R{_rows.Count + 1}");

    public bool TryFindSubject(string name, out int index) => _subjectByName.TryGetValue(name, out index);

    public string SubjectName(int index) => _subjects[index].Name;

    /// <summary>The subject of a name, made when there is none yet.</summary>
    /// <exception cref="DocumentException">Too many subjects.</exception>
    public int Subject(string name, int line)
    {
        if (_subjectByName.TryGetValue(name, out int known)) return known;
        if (_subjects.Count >= DocumentLimits.Subjects) throw new DocumentException("too-many-subjects", line, $"more than {DocumentLimits.Subjects} subjects: check the Subject column");
        _subjects.Add((name, []));
        return _subjectByName[name] = _subjects.Count - 1;
    }

    /// <summary>A name that no subject has: <c>subject-2</c> by position.</summary>
    public string NextSubjectName()
    {
        for (int number = _subjects.Count + 1; ; number++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"subject-{number}");
            if (!_subjectByName.ContainsKey(name)) return name;
        }
    }

    public void Protect(int subject, IEnumerable<IPNetwork> networks)
    {
        List<IPNetwork> addresses = _subjects[subject].Addresses;
        var known = new HashSet<IPNetwork>(addresses);
        addresses.AddRange(networks.Where(known.Add));
    }

    /// <summary>Adds a row unless a limit or its id forbids it; says so then.</summary>
    public bool Add(MatrixRow row)
    {
        string file = row.Source.File;
        int line = row.Source.Line;
        if (_full) return false;
        if (_rows.Count >= DocumentLimits.Rows || _peers > DocumentLimits.PeersInAll - row.Peers.Count)
        {
            _full = true;
            Log.Say(MessageSeverity.Error, "too-many-rows", file, line, null, $"more than {DocumentLimits.Rows} rows or {DocumentLimits.PeersInAll} peers: reading stops here; split the table");
            return false;
        }

        if (!_lineById.TryAdd(row.Id, line))
        {
            Log.Say(MessageSeverity.Error, "id-taken", file, line, "Id", string.Create(CultureInfo.InvariantCulture, $"the id '{Quoted.Of(row.Id)}' is that of the row at line {_lineById[row.Id]}: ids are unique, give another"));
            return false;
        }

        _peers += row.Peers.Count;
        _rows.Add(row);
        return true;
    }

    /// <summary>Reading further rows is of no use.</summary>
    public bool IsFull => _full;

    public MatrixImport Finish(string firstPath)
    {
        if (_rows.Count == 0 && !Log.HasErrors)
            Log.Say(MessageSeverity.Error, "no-rows", firstPath, 0, null, "no rows found: a table with the columns Port, Protocol and Direction is needed");
        if (Log.HasErrors) return new(null, Log.Finish());
        var matrix = new AllowedMatrix
        {
            Name = Name ?? Path.GetFileName(firstPath),
            Sources = Sources,
            Subjects = [.. _subjects.Select(s => new MatrixSubject(s.Name, s.Addresses))],
            Rows = _rows,
            Conditions = [.. _rows.Where(r => r.Condition is not null).Select(r => r.Condition!).Distinct()],
        };
        return new(matrix, Log.Finish());
    }
}
