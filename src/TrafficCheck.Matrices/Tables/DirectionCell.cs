using System.Text;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Reads directions in the words of many vendors and languages.</summary>
internal static class DirectionCell
{
    private const string In = "in inbound incoming ingress inward inwards eingehend eingehende eingehender eingehendes eingehenden ein hinein rein entrant entrante entrants entrantes entrée entree entrada ingresso "
        + "entrata inkomend inkomende 受信 受信方向 内向き インバウンド 入力 着信 入站 入 输入 輸入 入方向 传入 傳入 进入 進入 入口 ← <- <--";

    private const string Out = "out outbound outgoing egress outward outwards ausgehend ausgehende ausgehender ausgehendes ausgehenden aus hinaus raus sortant sortante sortants sortantes sortie saliente salientes salida "
        + "uscita uscente uscenti uitgaand uitgaande 送信 送信方向 外向き アウトバウンド 出力 発信 出站 出 输出 輸出 出方向 传出 傳出 出口 → -> -->";

    private const string Both = "both bidirectional bi-directional two-way 2-way either inout beide beidseitig bidirektional beidseitige bidirectionnel bidirectionnelle bidireccional bidirezionale entrambe entrambi ambos ambas "
        + "双方向 両方向 送受信 双向 雙向 入出 出入 入站和出站 输入输出 ↔ <-> <--> ⇔ ⇄";

    /// <summary>Words that hold the direction of every row of the table when they stand in a heading over it.</summary>
    private static readonly Dictionary<string, RowDirection> s_words = Words();

    private static readonly HashSet<string> s_noise = new(StringComparer.Ordinal)
    {
        "and", "or", "und", "oder", "et", "ou", "y", "o", "e", "en", "de", "only", "nur", "richtungen", "richtung", "directions", "direction", "ways", "sens", "direcciones", "direzioni", "traffic", "connection", "connections", "verkehr", "trafic", "tráfico", "traffico", "und/oder", "和", "及", "与", "与",
    };

    /// <summary>A cell of a direction column.</summary>
    public static bool TryRead(string cell, out RowDirection direction)
    {
        direction = RowDirection.In;
        string text = Normal(cell);
        if (text.Length is 0 or > 200) return false;
        if (s_words.TryGetValue(text, out direction)) return true;
        string[] words = text.Split([' ', '/', '&', ',', '+', ';', '|', '-', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        int seen = 0;
        for (int i = 0; i < words.Length; i++)
        {
            // "in uscita", "in entrata": the preposition is no direction.
            bool preposition = words[i] == "in" && i + 1 < words.Length && words[i + 1] is "uscita" or "entrata" or "ingresso";
            if (preposition || s_noise.Contains(words[i])) continue;
            if (!s_words.TryGetValue(words[i], out RowDirection one)) return false;
            seen |= one switch { RowDirection.In => 1, RowDirection.Out => 2, _ => 3 };
        }

        direction = seen switch { 1 => RowDirection.In, 2 => RowDirection.Out, _ => RowDirection.InOut };
        return seen > 0;
    }

    /// <summary>A heading such as <c>Incoming firewall connections</c>: exactly one way must be named, by a word of its own.</summary>
    public static bool TryFromHeading(string heading, out RowDirection direction)
    {
        direction = RowDirection.In;
        string text = Normal(heading.Length > 300 ? heading[..300] : heading);
        int seen = 0;
        foreach (string word in text.Split([' ', '/', '&', ',', '+', ':', '(', ')', '-', '.'], StringSplitOptions.RemoveEmptyEntries))
        {
            // "in" and "out" are also common words of sentences.
            if (word is "in" or "out" or "ein" or "aus" or "both" or "either" or "入" or "出") continue;
            if (s_words.TryGetValue(word, out RowDirection one)) seen |= one switch { RowDirection.In => 1, RowDirection.Out => 2, _ => 3 };
            else if (!word.All(char.IsAscii)) seen |= Contained(word);
        }

        if (seen == 0 && text is "in" or "out") return s_words.TryGetValue(text, out direction);
        direction = seen == 1 ? RowDirection.In : RowDirection.Out;
        return seen is 1 or 2;
    }

    /// <summary>Chinese and Japanese headings have no blanks between words.</summary>
    private static int Contained(string word)
    {
        int seen = 0;
        foreach (string part in (ReadOnlySpan<string>)["受信", "インバウンド", "入站", "输入", "传入"]) seen |= word.Contains(part, StringComparison.Ordinal) ? 1 : 0;
        foreach (string part in (ReadOnlySpan<string>)["送信", "アウトバウンド", "出站", "输出", "传出"]) seen |= word.Contains(part, StringComparison.Ordinal) ? 2 : 0;
        return seen;
    }

    private static string Normal(string cell)
    {
        var text = new StringBuilder(cell.Length);
        foreach (char c in cell) text.Append(char.ToLowerInvariant(c is '－' ? '-' : c is '／' ? '/' : c is '、' or '，' or '・' ? ',' : c));
        return Quoted.OneLine(text.ToString());
    }

    private static Dictionary<string, RowDirection> Words()
    {
        var words = new Dictionary<string, RowDirection>(StringComparer.Ordinal);
        foreach (string word in In.Split(' ')) words[word] = RowDirection.In;
        foreach (string word in Out.Split(' ')) words[word] = RowDirection.Out;
        foreach (string word in Both.Split(' ')) words[word] = RowDirection.InOut;
        return words;
    }
}
