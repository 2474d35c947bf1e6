using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TrafficCheck.Matrices.Documents;

/// <summary>
/// Reads YAML from parser events into a bounded tree. Anchors, aliases and tags are refused: a table has no use for them, and they are what
/// YAML bombs are made of.
/// </summary>
internal static class YamlTree
{
    /// <param name="text">The document.</param>
    /// <param name="firstLine">Line of the file on which the text begins, 1-based.</param>
    /// <returns>Null for a document that holds nothing.</returns>
    /// <exception cref="DocumentException">The text is no YAML, or breaks a limit.</exception>
    public static DocumentNode? Read(string text, int firstLine)
    {
        int line = firstLine;
        try
        {
            var parser = new Parser(new StringReader(text));
            return new Builder(firstLine - 1, l => line = l).Build(parser);
        }
        catch (YamlException e)
        {
            throw new DocumentException("yaml-syntax", (int)Math.Min(int.MaxValue, e.Start.Line + firstLine - 1), "no valid YAML: " + Quoted.Of(e.Message));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or OverflowException or IndexOutOfRangeException)
        {
            // The scanner lets some exceptions of its own out, for instance for escapes that name no character.
            throw new DocumentException("yaml-syntax", line, "no valid YAML near this line");
        }
    }

    private sealed class Builder(int offset, Action<int> at)
    {
        private readonly Stack<(DocumentNode Node, HashSet<string> Keys, string? Key, int KeyLine)> _open = new();
        private DocumentNode? _root;
        private int _nodes;

        public DocumentNode? Build(Parser parser)
        {
            int documents = 0;
            while (parser.MoveNext())
            {
                ParsingEvent now = parser.Current!;
                int line = (int)now.Start.Line + offset;
                at(line);
                switch (now)
                {
                    case DocumentStart when ++documents > 1:
                        throw new DocumentException("yaml-documents", line, "a second YAML document begins here: write one document a file");
                    case AnchorAlias:
                        throw new DocumentException("yaml-alias", line, "a YAML alias (*name) is not read: write the value out");
                    case NodeEvent node when !node.Anchor.IsEmpty:
                        throw new DocumentException("yaml-alias", line, "a YAML anchor (&name) is not read: remove it");
                    case NodeEvent node when !node.Tag.IsEmpty && !node.Tag.IsNonSpecific:
                        throw new DocumentException("yaml-tag", line, "a YAML tag (!name) is not read: remove it");
                    case Scalar scalar:
                        if (scalar.Value.Length > DocumentLimits.Cell) throw new DocumentException("cell-too-long", line, $"a value is longer than {DocumentLimits.Cell} characters: shorten it");
                        TakeScalar(scalar, line);
                        break;
                    case SequenceStart:
                        Open(new(NodeKind.List, "", line));
                        break;
                    case MappingStart:
                        Open(new(NodeKind.Map, "", line));
                        break;
                    case SequenceEnd or MappingEnd:
                        _open.Pop();
                        break;
                    default:
                        break;
                }
            }

            return _root;
        }

        private void TakeScalar(Scalar scalar, int line)
        {
            if (_open.Count > 0 && _open.Peek() is { Node.Kind: NodeKind.Map, Key: null } map)
            {
                if (!map.Keys.Add(scalar.Value)) throw new DocumentException("yaml-duplicate-key", line, $"the key '{Quoted.Of(scalar.Value)}' stands twice in one map: keep one");
                _open.Pop();
                _open.Push((map.Node, map.Keys, scalar.Value, line));
                return;
            }

            bool isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
            Add(new(NodeKind.Scalar, isNull && scalar.Style == ScalarStyle.Plain ? "" : scalar.Value, line) { IsNull = isNull && scalar.Style == ScalarStyle.Plain });
        }

        private void Open(DocumentNode node)
        {
            if (_open.Count >= DocumentLimits.Depth) throw new DocumentException("yaml-depth", node.Line, $"lists and maps stand more than {DocumentLimits.Depth} deep inside each other: this is no table");
            if (_open.Count > 0 && _open.Peek() is { Node.Kind: NodeKind.Map, Key: null }) throw new DocumentException("yaml-key", node.Line, "a list or map stands as a key: keys are words");
            Add(node);
            _open.Push((node, [], null, 0));
        }

        private void Add(DocumentNode node)
        {
            if (++_nodes > DocumentLimits.Nodes) throw new DocumentException("yaml-size", node.Line, $"more than {DocumentLimits.Nodes} values: this is no table");
            if (_open.Count == 0)
            {
                _root = node.IsNull ? null : node;
                return;
            }

            var top = _open.Peek();
            if (top.Node.Kind == NodeKind.List)
            {
                top.Node.Items.Add(node);
                return;
            }

            top.Node.Entries.Add((top.Key!, top.KeyLine, node));
            _open.Pop();
            _open.Push((top.Node, top.Keys, null, 0));
        }
    }
}
