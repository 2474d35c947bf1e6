using System.Text;

namespace TrafficCheck.Reporting.Layout;

/// <summary>Writes lines of at most a width: breaks at spaces and between wide characters, never inside a word, and puts ink on.</summary>
internal sealed class TextCanvas(TextWriter output, TextStyle style)
{
    private Ink _ink;

    public int Width { get; } = Math.Max(style.Width, TextStyle.SmallestWidth);

    public bool Verbose { get; } = style.Verbose;

    public void Blank() => output.Write('\n');

    public void Line(string text, Ink ink = Ink.Plain, int hang = 0) => Line(new StyledText().Add(text, ink), hang);

    /// <summary>Writes one logical line; what does not fit goes on in lines that start at column <paramref name="hang"/>.</summary>
    public void Line(StyledText text, int hang = 0)
    {
        int column = 0;
        foreach (var word in Words(text))
        {
            int spaces = word.Spaces;
            if (column > 0 && column + spaces + word.Cells > Width)
            {
                EndLine();
                column = 0;
                spaces = hang;
            }

            // An indent gives way before a word has to stick out.
            if (column == 0) spaces = Math.Clamp(Width - word.Cells, 0, spaces);
            if (spaces > 0) Put(new string(' ', spaces), Ink.Plain);
            foreach (var (piece, ink) in word.Pieces) Put(piece, ink);
            column += spaces + word.Cells;
        }

        EndLine();
    }

    private static List<Word> Words(StyledText text)
    {
        var words = new List<Word>();
        var word = new Word();
        bool lastWide = false;
        foreach (var (part, ink) in text.Parts)
        {
            int start = 0;
            int at = 0;
            foreach (var rune in part.EnumerateRunes())
            {
                int cells = Cells.Of(rune);
                bool wide = cells > 1;
                bool space = rune.Value == ' ';
                if (space || ((wide || lastWide) && cells > 0))
                {
                    word.Take(part, start, at, ink);
                    start = space ? at + 1 : at;
                    if (word.Pieces.Count > 0)
                    {
                        words.Add(word);
                        word = new Word();
                    }

                    if (space) word.Spaces++;
                }

                if (!space) word.Cells += cells;
                if (cells > 0) lastWide = wide;
                at += rune.Utf16SequenceLength;
            }

            word.Take(part, start, part.Length, ink);
        }

        if (word.Pieces.Count > 0) words.Add(word);
        return words;
    }

    private void Put(string text, Ink ink)
    {
        // Ink needs no change for spaces: only foreground is ever set.
        if (style.Color && ink != _ink && !string.IsNullOrWhiteSpace(text)) Switch(ink);
        output.Write(text.Replace(Figures.Glue, ' '));
    }

    private void EndLine()
    {
        if (_ink != Ink.Plain) Switch(Ink.Plain);
        output.Write('\n');
    }

    private void Switch(Ink ink)
    {
        if (_ink != Ink.Plain) output.Write("\x1B[0m");
        if (ink != Ink.Plain) output.Write($"\x1B[{InkCodes.Sgr(ink)}m");
        _ink = ink;
    }

    private sealed class Word
    {
        public int Spaces { get; set; }

        public int Cells { get; set; }

        public List<(string Text, Ink Ink)> Pieces { get; } = [];

        public void Take(string part, int start, int end, Ink ink)
        {
            if (end > start) Pieces.Add((part[start..end], ink));
        }
    }
}
