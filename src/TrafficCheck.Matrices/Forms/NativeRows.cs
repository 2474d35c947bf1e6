using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;
using TrafficCheck.Matrices.Tables;

namespace TrafficCheck.Matrices.Forms;

/// <summary>Reads the rows of the YAML and JSON forms. Words mean here what they mean in a table; nothing is read out of prose.</summary>
internal sealed class NativeRows(string file, MatrixDraft draft)
{
    private DocumentSettings _settings = new();

    public void Import(DocumentNode? root)
    {
        if (root is null) return;
        _settings = new SettingsReader(file, draft).Read(root, withRows: true);
        _settings.Exact = true;
        if (root.Kind != NodeKind.Map) return;
        if (root["rows"] is not { } rows || rows.Kind != NodeKind.List)
        {
            draft.Log.Say(MessageSeverity.Error, "rows-missing", file, root.Line, null, "the document has no list of rows: write rows:, and under it - ports: 25 and so on");
            return;
        }

        foreach (DocumentNode row in rows.Items)
        {
            if (draft.IsFull) return;
            if (row.Kind == NodeKind.Map) Row(row);
            else draft.Log.Refuse("row-not-understood", file, row.Line, "rows", "a row is a map, such as {ports: 25, transport: tcp, direction: in}");
        }
    }

    private void Row(DocumentNode node)
    {
        bool enforced = true;
        foreach (var (key, line, value) in node.Entries)
        {
            if (!NativeFields.Keys.Contains(key)) enforced &= Refuse("row-key", line, key, $"'{Quoted.Of(key)}' is no key of a row; there are {string.Join(", ", NativeFields.Keys)}");
            else if (value.Kind == NodeKind.Map || (value.Kind == NodeKind.List && (key is not ("ports" or "transport" or "peers") || value.Items.Exists(i => i.Kind != NodeKind.Scalar))))
                enforced &= Refuse("value-not-understood", value.Line, key, "a plain value is expected here");
            else if (value.Kind == NodeKind.Scalar && Quoted.HasControls(value.Value))
                draft.Log.Say(MessageSeverity.Warning, "control-characters", file, value.Line, key, $"control characters were taken out of '{Quoted.Of(value.Value)}'");
        }

        PortCell ports = PortCell.Read(List(node, "ports"));
        string transport = List(node, "transport");
        ProtocolReading protocol = ProtocolCell.Read(transport);
        ServiceReading service = ServiceOf.Row(ports, protocol, "");
        foreach (var (code, column, text) in service.Problems)
        {
            string key = column == ColumnRole.Port ? "ports" : "transport";
            enforced &= Refuse(code, LineOf(node, key), key, text);
        }

        string direction = Text(node, "direction");
        if (!DirectionCell.TryRead(direction, out RowDirection way)) enforced &= Refuse("direction-not-understood", LineOf(node, "direction"), "direction", $"'{Quoted.Of(direction)}' is no direction: write in, out or in/out");
        bool reply = Choice(node, "in-out", _settings.ReplyOnly ? "reply" : "either", ["either", "reply"], ref enforced) == "reply";
        string need = Text(node, "need"), when = Text(node, "when");
        if (!NeedCell.TryRead(need, "", _settings, out RowNeed needed, out string? condition)) enforced &= Refuse("need-not-understood", LineOf(node, "need"), "need", $"'{Quoted.Of(need)}' is no need: write required, optional or conditional");
        if (when.Length > 0 && needed == RowNeed.Optional) draft.Log.Say(MessageSeverity.Warning, "condition-of-optional-row", file, LineOf(node, "when"), "when", "an optional row is needed under no condition: this one is left out");
        else if (when.Length > 0) (condition, needed) = (when, RowNeed.Conditional);
        IReadOnlyList<RowPeer> peers = Peers(node, ref enforced);
        int subject = Subject(node, ref enforced);
        string id = Text(node, "id");
        if (id.Length > 40 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':'))
        {
            enforced &= Refuse("id-not-understood", LineOf(node, "id"), "id", $"'{Quoted.Of(id)}' is no id: letters, digits, and - _ . : up to 40");
            id = "";
        }

        bool fromServerPort = Choice(node, "from-server-port", "false", ["true", "false"], ref enforced) == "true" || ports.FromSource;
        bool inForce = Choice(node, "enforced", "true", ["true", "false"], ref enforced) == "true";
        enforced &= inForce;
        string application = Text(node, "application");
        for (int i = 0; i < service.Services.Count; i++)
        {
            RowService one = service.Services[i];
            draft.Add(new MatrixRow
            {
                Id = id.Length == 0 ? draft.NextId : i == 0 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}-{i + 1}"),
                Subject = subject,
                Ports = one.Ports,
                Transports = one.Transports,
                Application = application.Length > 0 ? application : service.Application,
                FromServerPort = fromServerPort,
                Direction = way == RowDirection.InOut && reply ? RowDirection.Out : way,
                Peers = peers,
                Need = needed,
                Condition = condition,
                Purpose = Text(node, "purpose"),
                Source = new(file, node.Line, 0),
                Enforced = enforced,
            });
        }
    }

    private int Subject(DocumentNode node, ref bool enforced)
    {
        string name = Text(node, "subject");
        int line = LineOf(node, "subject");
        if (name.Length is > 0 and <= 128)
        {
            // A subject that the head does not name is most often a typing error; without a head any name is good.
            int subject = draft.Subject(name, line);
            if (_settings.Subjects.Count > 0 && !_settings.Subjects.Contains(subject)) enforced &= Refuse("subject-not-declared", line, "subject", $"'{Quoted.Of(name)}' is none of the subjects in the head of the document");
            return subject;
        }

        if (name.Length == 0 && _settings.Subjects.Count == 1) return _settings.Subjects[0];
        if (name.Length == 0 && _settings.Subjects.Count == 0) return draft.Subject("subject-1", line);
        enforced &= Refuse("subject-missing", line, "subject", "the row does not say which of the subjects it speaks about");
        return _settings.Subjects.Count > 0 ? _settings.Subjects[0] : draft.Subject("subject-1", line);
    }

    private IReadOnlyList<RowPeer> Peers(DocumentNode node, ref bool enforced)
    {
        if (node["peers"] is not { } value) return [];
        PeerReading read = PeerCell.Read(value.AsList().SelectMany(v => value.Kind == NodeKind.List ? [v.Value] : PeerCell.Items(v.Value)), _settings);
        foreach (string role in read.Roles) enforced &= Refuse("peer-not-understood", value.Line, "peers", $"'{Quoted.Of(role)}' is no address, host name or group");
        if (read.Cut > 0) draft.Log.Say(MessageSeverity.Warning, "peers-cut", file, value.Line, "peers", string.Create(CultureInfo.InvariantCulture, $"{read.Cut} hosts beyond the first {DocumentLimits.Peers} were cut: they are not allowed; write prefixes or *.names"));
        return read.Any ? [] : read.Peers;
    }

    private string Choice(DocumentNode node, string key, string otherwise, string[] words, ref bool enforced)
    {
        string text = Text(node, key);
        if (text.Length == 0) return otherwise;
        foreach (string word in words)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase)) return word;
        }

        enforced &= Refuse("value-not-understood", LineOf(node, key), key, $"'{Quoted.Of(text)}' is no value of {key}: write {string.Join(" or ", words)}");
        return otherwise;
    }

    private static string Text(DocumentNode node, string key) => node[key] is { Kind: NodeKind.Scalar } value ? Quoted.OneLine(value.Value) : "";

    private static string List(DocumentNode node, string key) => node[key] is not { } value ? ""
        : value.Kind == NodeKind.List ? string.Join(", ", value.Items.Take(DocumentLimits.Ports + 1).Select(i => i.Value)) : value.Value;

    private static int LineOf(DocumentNode node, string key)
    {
        foreach (var entry in node.Entries)
        {
            if (entry.Key == key) return entry.Line;
        }

        return node.Line;
    }

    private bool Refuse(string code, int line, string key, string text) => draft.Log.Refuse(code, file, line, key, text);
}
