using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Engine.Reports;

/// <summary>
/// Names causes for <see cref="Finding.Key"/>: the same cause has the same name in every run, and two causes of a run never share one.
/// <code>
/// unexpected.port/gateway/in/tcp/3389          cause, subject, direction, transport, port, rows
/// unexpected.application.ssh/gateway/in/tcp/25/r1
/// failing.ftp-passive/gateway/out/tcp/any/r7/r9
/// scan/gateway/in/tcp/203.0.113.9              of one host; of a network with its length: 2001:db8:1:2::/64
/// flood/gateway/in/udp/10.0.0.5/53
/// </code>
/// Lower-case letters, digits and <c>. : / _ -</c>. Text from tables is reduced to these; where that changes it, eight digits of its hash follow a colon.
/// A scan is named without its shape, which grows from one kind to another while it goes on.
/// </summary>
internal static class CauseKey
{
    private const int ListedRows = 3, LongestText = 32;

    public static string Of(in FindingKey key, CompiledMatrix compiled)
    {
        var text = new StringBuilder(key.Kind.Word());
        if (key.Reason != Reason.None) text.Append('.').Append(key.Reason.Word());
        if (key.Reason == Reason.Application) text.Append('.').Append(ApplicationNames.Of((Application)key.Application));
        if (key.Related != RelatedBy.None) text.Append('.').Append(key.Related.Word());
        Append(text, compiled.Matrix, key.Subject, key.Direction, key.Protocol);
        text.Append('/').Append(Port(key.Port));
        string rows = OfRows(key.Rows, compiled);
        return rows.Length == 0 ? text.ToString() : text.Append('/').Append(rows).ToString();
    }

    /// <summary>Names a set of rows; empty for the set without rows.</summary>
    public static string OfRows(int set, CompiledMatrix compiled)
    {
        RowSet rows = compiled.Sets[set];
        IReadOnlyList<MatrixRow> all = compiled.Matrix.Rows;
        List<string> parts = [.. rows.Answering.Take(ListedRows).Select(r => Slug(all[r].Id))];
        if (rows.Answering.Count > ListedRows)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{rows.Answering.Count - ListedRows}-more:{Hash(Ids(rows.Answering.Skip(ListedRows)))}"));

        // Sets that differ only in what else might match are different causes all the same.
        if (rows.Covered.Count + rows.Possible.Count > 0) parts.Add("beside:" + Hash(Ids(rows.Covered) + "\n\n" + Ids(rows.Possible)));
        return string.Join('/', parts);

        string Ids(IEnumerable<int> some) => string.Join('\n', some.Select(r => all[r].Id));
    }

    public static string Of(ScanGroup group, AllowedMatrix matrix)
    {
        var text = new StringBuilder(group.Kind.IsFlood() ? "flood" : "scan");
        Append(text, matrix, group.Who.Subject, group.Direction, group.Who.Protocol);
        text.Append('/').Append(group.Network ?? group.Who.Address.ToString());
        if (group.Kind.IsFlood()) text.Append('/').Append(Port(group.FloodPort));
        return text.ToString();
    }

    private static void Append(StringBuilder text, AllowedMatrix matrix, int subject, FlowDirection direction, byte protocol)
    {
        string name = matrix.Subjects[subject].Name;
        text.Append('/').Append(Slug(name));
        int before = matrix.Subjects.Take(subject).Count(s => s.Name == name);
        if (before > 0) text.Append(CultureInfo.InvariantCulture, $":{before + 1}");
        text.Append('/').Append(direction == FlowDirection.None ? "either" : direction.Word()).Append('/').Append(TransportNames.Of(protocol));
    }

    private static string Port(int port) => port < 0 ? "any" : port.ToString(CultureInfo.InvariantCulture);

    public static string Slug(string text)
    {
        var slug = new StringBuilder(Math.Min(text.Length, LongestText));
        foreach (char c in text)
        {
            if (slug.Length == LongestText) break;
            char lower = char.ToLowerInvariant(c);
            slug.Append(char.IsAsciiLetterLower(lower) || char.IsAsciiDigit(lower) || lower is '.' or '_' or '-' ? lower : '-');
        }

        string result = slug.ToString();
        return result == text && result.Length > 0 ? result : $"{result}:{Hash(text)}";
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}
