using System.Text;
using System.Text.Json;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Forms;

/// <summary>The JSON form: the same keys and values as the YAML form.</summary>
internal static class JsonForm
{
    private static readonly JsonWriterOptions s_writing = new() { Indented = true, NewLine = "\n" };
    private static readonly JsonReaderOptions s_reading = new() { MaxDepth = DocumentLimits.Depth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static void Write(AllowedMatrix matrix, TextWriter output)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_writing))
        {
            json.WriteStartObject();
            json.WriteString("schema", MatrixYaml.Schema);
            json.WriteString("name", matrix.Name);
            json.WriteStartObject("subjects");
            foreach (MatrixSubject subject in matrix.Subjects) Strings(json, subject.Name, subject.Addresses.Select(a => RowPeer.Of(a).ToString()));
            json.WriteEndObject();
            json.WriteStartArray("rows");
            foreach (MatrixRow row in matrix.Rows)
            {
                json.WriteStartObject();
                foreach (var (key, values, isList) in NativeFields.Of(row, matrix.Subjects[row.Subject].Name))
                {
                    if (isList) Strings(json, key, values);
                    else if (key is "from-server-port" or "enforced") json.WriteBoolean(key, values[0] == "true");
                    else json.WriteString(key, values[0]);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
        output.Write('\n');
    }

    /// <exception cref="DocumentException">The text is no JSON, or breaks a limit.</exception>
    public static DocumentNode? Read(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, s_reading);
        int line = 1, counted = 0, nodes = 0;
        DocumentNode? root = null;
        var open = new Stack<(DocumentNode Node, HashSet<string>? Keys)>();
        string? key = null;
        int keyLine = 1;
        try
        {
            while (reader.Read())
            {
                line += bytes.AsSpan(counted, (int)reader.TokenStartIndex - counted).Count((byte)'\n');
                counted = (int)reader.TokenStartIndex;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        key = reader.GetString()!;
                        keyLine = line;
                        if (!open.Peek().Keys!.Add(key)) throw new DocumentException("json-duplicate-key", line, $"the key '{Quoted.Of(key)}' stands twice in one object: keep one");
                        continue;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        open.Pop();
                        continue;
                    default:
                        break;
                }

                if (++nodes > DocumentLimits.Nodes) throw new DocumentException("json-size", line, $"more than {DocumentLimits.Nodes} values: this is no table");
                DocumentNode node = reader.TokenType switch
                {
                    JsonTokenType.StartObject => new(NodeKind.Map, "", line),
                    JsonTokenType.StartArray => new(NodeKind.List, "", line),
                    JsonTokenType.String => new(NodeKind.Scalar, reader.GetString()!, line),
                    JsonTokenType.Null => new(NodeKind.Scalar, "", line) { IsNull = true },
                    _ => new(NodeKind.Scalar, Encoding.UTF8.GetString(reader.ValueSpan), line),
                };
                if (node.Value.Length > DocumentLimits.Cell) throw new DocumentException("cell-too-long", line, $"a value is longer than {DocumentLimits.Cell} characters: shorten it");
                if (open.Count == 0) root = node;
                else if (open.Peek().Node is { Kind: NodeKind.List } list) list.Items.Add(node);
                else open.Peek().Node.Entries.Add((key!, keyLine, node));
                if (node.Kind != NodeKind.Scalar) open.Push((node, node.Kind == NodeKind.Map ? [] : null));
            }
        }
        catch (JsonException e)
        {
            throw new DocumentException("json-syntax", (int)Math.Min(int.MaxValue, (e.LineNumber ?? 0) + 1), "no valid JSON: " + Quoted.Of(e.Message));
        }
        catch (InvalidOperationException)
        {
            // An escape that is half a surrogate pair.
            throw new DocumentException("json-syntax", line, "no valid JSON text near this line");
        }

        return root;
    }

    private static void Strings(Utf8JsonWriter json, string key, IEnumerable<string> values)
    {
        json.WriteStartArray(key);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
