using System.Net;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Documents;

/// <summary>Reads what a document says about itself: the front matter of a table, or the head of the YAML form.</summary>
internal sealed class SettingsReader(string file, MatrixDraft draft)
{
    private static readonly string[] s_keys = ["name", "subjects", "in-out", "groups", "conditions", "cells", "schema", "rows"];

    private readonly DocumentSettings _settings = new();

    /// <param name="root">A map; anything else is refused.</param>
    /// <param name="withRows">Whether the key <c>rows</c> belongs to the document.</param>
    public DocumentSettings Read(DocumentNode root, bool withRows)
    {
        if (root.Kind != NodeKind.Map)
        {
            Refuse("settings-not-understood", root.Line, "this must be a map of keys and values, such as name: Mail gateway");
            return _settings;
        }

        foreach (var (key, line, value) in root.Entries)
        {
            switch (key)
            {
                case "name":
                    if (Scalar(value, key) is { } name && name.Length > 0) draft.Name ??= name;
                    break;
                case "subjects":
                    Subjects(value);
                    break;
                case "in-out":
                    _settings.ReplyOnly = Choice(value, key, "either", "reply") == "reply";
                    break;
                case "cells":
                    _settings.Exact = Choice(value, key, "vendor", "exact") == "exact";
                    break;
                case "groups":
                    Groups(value);
                    break;
                case "conditions":
                    Conditions(value);
                    break;
                case "schema":
                    Choice(value, key, MatrixYaml.Schema);
                    break;
                case "rows" when withRows:
                    break;
                default:
                    Unknown(key, line);
                    break;
            }
        }

        return _settings;
    }

    private void Subjects(DocumentNode value)
    {
        if (value.Kind == NodeKind.Map)
        {
            foreach (var (key, line, subject) in value.Entries)
            {
                if (Declare(key, line) is not int index) continue;
                if (subject.Kind != NodeKind.Map)
                {
                    Addresses(index, subject);
                    continue;
                }

                Subject(index, subject);
            }

            return;
        }

        foreach (DocumentNode item in value.AsList())
        {
            if (item.Kind != NodeKind.Map)
            {
                if (Scalar(item, "subjects") is { } name) Declare(name, item.Line);
                continue;
            }

            // A list of maps: each says its name.
            DocumentNode? named = item.Entries.FirstOrDefault(e => e.Key == "name").Value;
            if (named is null) Refuse("settings-not-understood", item.Line, "a subject needs a name: write subjects: {NAME: [ADDRESS, ...]}");
            else if (Scalar(named, "name") is { } text && Declare(text, item.Line) is { } index) Subject(index, item);
        }
    }

    private void Subject(int index, DocumentNode subject)
    {
        foreach (var (part, line, value) in subject.Entries)
        {
            if (part == "addresses") Addresses(index, value);
            else if (part == "names")
            {
                foreach (DocumentNode other in value.AsList())
                {
                    if (Scalar(other, "names") is { } text) _settings.SubjectBySlug.TryAdd(Quoted.Slug(text), index);
                }
            }
            else if (part != "name") Refuse("settings-not-understood", line, $"'{Quoted.Of(part)}' says nothing about a subject: write addresses or names");
        }
    }

    private int? Declare(string name, int line)
    {
        name = Quoted.OneLine(name);
        if (name.Length is 0 or > 128)
        {
            Refuse("settings-not-understood", line, "a subject needs a name of 1 to 128 characters");
            return null;
        }

        int index = draft.Subject(name, line);
        if (!_settings.Subjects.Contains(index)) _settings.Subjects.Add(index);
        _settings.SubjectBySlug.TryAdd(Quoted.Slug(name), index);
        return index;
    }

    private void Addresses(int subject, DocumentNode value)
    {
        if (value.Kind == NodeKind.Map)
        {
            Refuse("settings-not-understood", value.Line, "the addresses of a subject are a list, such as [10.0.0.5, \"2001:db8::5\"]");
            return;
        }

        var all = new List<IPNetwork>();
        foreach (DocumentNode item in value.AsList())
        {
            if (Scalar(item, "addresses") is not { } text) continue;
            if (AddressCell.TryRead(text, out List<IPNetwork> networks)) all.AddRange(networks);
            else Refuse("address-not-understood", item.Line, $"'{Quoted.Of(text)}' is no address or prefix of a subject: names are not looked up");
        }

        if (all.Count > DocumentLimits.Peers)
        {
            Refuse("too-many-addresses", value.Line, $"more than {DocumentLimits.Peers} addresses of one subject: write prefixes");
            return;
        }

        draft.Protect(subject, all);
    }

    private void Groups(DocumentNode value)
    {
        if (value.Kind != NodeKind.Map)
        {
            if (!value.IsNull) Refuse("settings-not-understood", value.Line, "groups is a map of names to lists of hosts");
            return;
        }

        foreach (var (key, line, members) in value.Entries)
        {
            string slug = Quoted.Slug(key);
            if (slug.Length == 0 || members.Kind == NodeKind.Map)
            {
                Refuse("settings-not-understood", line, "a group is a name and a list of hosts, such as resolvers: [192.0.2.53, ns.example.net]");
                continue;
            }

            var words = members.AsList().Select(m => Scalar(m, key)).OfType<string>().ToList();
            PeerReading read = PeerCell.Read(words, _settings);
            foreach (string role in read.Roles) Refuse("peer-not-understood", line, $"'{Quoted.Of(role)}' in the group '{Quoted.Of(key)}' is no address, host name or group that stands before it");
            if (read.Cut > 0) Refuse("peers-cut", line, FormattableString.Invariant($"the group '{Quoted.Of(key)}' has {read.Cut} hosts more than the {DocumentLimits.Peers} that a row can have: write prefixes or *.names"));
            if (words.Count == 0) Refuse("group-empty", line, $"the group '{Quoted.Of(key)}' names no host: write them, or any");
            if (!_settings.Groups.TryAdd(slug, read.Any ? [] : read.Peers)) Refuse("group-twice", line, $"the group '{Quoted.Of(key)}' stands twice: keep one");
        }
    }

    private void Conditions(DocumentNode value)
    {
        if (value.Kind == NodeKind.Map)
        {
            foreach (var (key, line, words) in value.Entries)
            {
                string name = Quoted.Slug(key);
                if (name.Length == 0) Refuse("settings-not-understood", line, "a condition needs a name");
                foreach (DocumentNode word in words.AsList())
                {
                    if (Scalar(word, key) is { Length: > 0 } text) _settings.Conditions.Add((name, text));
                }
            }
        }
        else
        {
            foreach (DocumentNode item in value.AsList())
            {
                // A name alone declares the condition; rows come under it by their Need column.
                if (Scalar(item, "conditions") is { } text && Quoted.Slug(text).Length == 0) Refuse("settings-not-understood", item.Line, "a condition needs a name");
            }
        }

        if (_settings.Conditions.Count > 64) Refuse("too-many-conditions", value.Line, "more than 64 texts of conditions");
    }

    private string? Scalar(DocumentNode value, string key)
    {
        if (value.Kind == NodeKind.Scalar) return Quoted.OneLine(value.Value);
        Refuse("settings-not-understood", value.Line, $"'{Quoted.Of(key)}' takes a plain value here");
        return null;
    }

    private string? Choice(DocumentNode value, string key, params string[] words)
    {
        string? text = Scalar(value, key);
        if (text is null) return null;
        foreach (string word in words)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase)) return word;
        }

        Refuse("settings-not-understood", value.Line, $"'{Quoted.Of(text)}' is no value of {key}: write {string.Join(" or ", words)}");
        return null;
    }

    /// <summary>A key that nearly is one of ours is a typing error that changes the meaning; another one belongs to another tool.</summary>
    private void Unknown(string key, int line)
    {
        foreach (string known in s_keys)
        {
            if (key.Length > 16 || known == "rows" || Distance(Quoted.Slug(key), known) > (known.Length > 5 ? 2 : 1)) continue;
            Refuse("settings-key", line, $"'{Quoted.Of(key)}' is no key: is {known} meant?");
            return;
        }

        draft.Log.Say(MessageSeverity.Warning, "settings-key", file, line, null, $"the key '{Quoted.Of(key)}' is not read: known keys are {string.Join(", ", s_keys.Where(k => k != "rows"))}");
    }

    private void Refuse(string code, int line, string text) => draft.Log.Say(MessageSeverity.Error, code, file, line, null, text);

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = next;
            }
        }

        return row[^1];
    }
}
