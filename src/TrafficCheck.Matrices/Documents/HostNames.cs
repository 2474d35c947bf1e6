using System.Globalization;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Documents;

/// <summary>Tells host names from other words with dots in them.</summary>
internal static class HostNames
{
    private static readonly IdnMapping s_idn = new() { AllowUnassigned = false };

    /// <summary>Last labels that are file names and products in prose, and no domains that a table means.</summary>
    private static readonly HashSet<string> s_fileEndings = new(StringComparer.Ordinal)
    {
        "bat", "bin", "cfg", "conf", "config", "csv", "dat", "dll", "doc", "docx", "exe", "gz", "htm", "html", "ini", "jar", "js", "json", "jsp",
        "log", "md", "msi", "pdf", "php", "ps1", "rpm", "sys", "tar", "txt", "xls", "xlsx", "xml", "yaml", "yml", "aspx", "asmx", "ashx",
    };

    private static readonly HashSet<string> s_products = new(StringComparer.Ordinal) { "asp.net", "ado.net", "vb.net", "ml.net", "node.js", "microsoft.net", "socket.io" };

    /// <summary>A name as it stands in prose: ASCII, at least two labels, an alphabetic last one, and no file name.</summary>
    public static bool TryFromProse(string word, out string name)
    {
        name = word.ToLowerInvariant();
        int dot = name.LastIndexOf('.');
        if (dot < 0 || s_fileEndings.Contains(name[(dot + 1)..]) || s_products.Contains(name)) return false;
        return IsName(name) && name[(dot + 1)..].All(char.IsAsciiLetter) && name[..dot].Split('.').Any(l => l.Length > 1);
    }

    /// <summary>A name in a cell of hosts: also <c>*.example.net</c> and names that are not ASCII, which become IDNA.</summary>
    public static bool TryFromCell(string word, out string name)
    {
        name = word.Trim().TrimEnd('.').ToLowerInvariant();
        if (name.Length is 0 or > 253 || !name.Contains('.', StringComparison.Ordinal)) return false;
        if (!name.All(char.IsAscii))
        {
            bool wildcard = name.StartsWith("*.", StringComparison.Ordinal);
            try
            {
                name = (wildcard ? "*." : "") + s_idn.GetAscii(wildcard ? name[2..] : name).ToLowerInvariant();
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        int dot = name.LastIndexOf('.');
        return IsName(name) && !name[(dot + 1)..].All(char.IsAsciiDigit);
    }

    /// <summary>The host of a URL or of <c>host:port</c>; the word itself when it is neither.</summary>
    public static string HostOf(string word)
    {
        int scheme = word.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            word = word[(scheme + 3)..];
            int end = word.IndexOfAny(['/', '?', '#']);
            if (end >= 0) word = word[..end];
            int at = word.LastIndexOf('@');
            if (at >= 0) word = word[(at + 1)..];
            if (word.StartsWith('[') && word.IndexOf(']', StringComparison.Ordinal) is > 0 and int close) return word[1..close];
        }

        int colon = word.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 && colon == word.LastIndexOf(':') ? word[..colon] : word;
    }

    private static bool IsName(string name)
    {
        if (name.Length > 253) return false;
        string[] labels = name.Split('.');
        if (labels.Length < 2 || labels[^1].Length < 2) return false;
        for (int i = 0; i < labels.Length; i++)
        {
            string label = labels[i];
            if (i == 0 && label == "*" && labels.Length > 2) continue;
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
            if (!label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return false;
        }

        return true;
    }
}
