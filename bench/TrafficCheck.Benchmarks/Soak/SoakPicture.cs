using System.Globalization;
using System.Security;
using System.Text;

namespace TrafficCheck.Benchmarks.Soak;

/// <summary>The samples of a soak as an SVG of three charts above each other: memory, live flows and speed, over the frames processed.</summary>
internal sealed class SoakPicture(IReadOnlyList<SoakSample> samples, long traceBytes, string machine)
{
    private const int Width = 960, Left = 84, Right = 24, Top = 76, ChartHeight = 170, Gap = 52, Ticks = 4;
    private const int PlotWidth = Width - Left - Right, Height = Top + (3 * (ChartHeight + Gap)) + 6;

    private readonly StringBuilder _svg = new();
    private readonly double _frames = samples[^1].Frames;

    /// <returns>A document that stands by itself.</returns>
    public string Draw()
    {
        SoakSample last = samples[^1];
        string title = Text($"Memory and flows over {Count(last.Frames)} frames");
        string how = Text($"{last.SimulatedHours / 24:0.0} days by their times, in {last.Seconds / 60:0.0} minutes. {machine}.");
        string result = Text(
            $"Resident memory ends at {last.ResidentBytes / 1e6:0} MB, {traceBytes / 1e6:0} MB of it the trace. {Count(last.FlowsOpened)} flows opened, {Count(last.FlowsExpired)} expired.");
        _svg.Append(Text($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="title about" font-family="sans-serif" font-size="12" fill="#222">
            <title id="title">{SecurityElement.Escape(title)}</title>
            <desc id="about">{SecurityElement.Escape(how + " " + result)}</desc>
            <rect width="{Width}" height="{Height}" fill="#fff"/>
            <text x="{Left}" y="22" font-size="16" font-weight="bold">{SecurityElement.Escape(title)}</text>
            <text x="{Left}" y="40">{SecurityElement.Escape(how)}</text>
            <text x="{Left}" y="56">{SecurityElement.Escape(result)}</text>

            """));
        Chart(0, "Memory, MB",
            new Line("resident", "#1f5fa8", "", [.. samples.Select(s => s.ResidentBytes / 1e6)]),
            new Line("of it the trace", "#555", "6 4", [.. samples.Select(_ => traceBytes / 1e6)]),
            new Line("of it the managed heap", "#b34700", "", [.. samples.Select(s => s.CommittedBytes / 1e6)]));
        Chart(1, "Live flows, thousand", new Line("live", "#1f5fa8", "", [.. samples.Select(s => s.LiveFlows / 1e3)]));
        Chart(2, "Million frames a second", new Line("speed", "#1f5fa8", "", [.. samples.Select(s => s.FramesPerSecond / 1e6)]));
        return _svg.Append("</svg>\n").ToString();
    }

    private void Chart(int number, string name, params Line[] lines)
    {
        int top = Top + (number * (ChartHeight + Gap)) + 14, bottom = top + ChartHeight;
        double step = Step(lines.Max(l => l.Values.Max()) / Ticks), most = step * Math.Ceiling(lines.Max(l => l.Values.Max()) / step * 1.02);
        _svg.Append(Text($"<text x=\"{Left}\" y=\"{top - 8}\" font-weight=\"bold\">{name}</text>\n"));
        for (double value = 0; value <= most * 1.0001; value += step)
        {
            double y = bottom - (value / most * ChartHeight);
            _svg.Append(Text($"<path d=\"M{Left} {y:0.0}H{Width - Right}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.0}\" text-anchor=\"end\">{value:#,0.##}</text>\n"));
        }

        double xStep = Step(_frames / 8);
        string unit = xStep >= 1e8 ? "billion" : xStep >= 1e5 ? "million" : "thousand";
        double scale = xStep >= 1e8 ? 1e9 : xStep >= 1e5 ? 1e6 : 1e3;
        for (double value = 0; value <= _frames * 1.0001; value += xStep)
        {
            double x = X(value);
            _svg.Append(Text($"<path d=\"M{x:0.0} {bottom}v5\" stroke=\"#222\"/><text x=\"{x:0.0}\" y=\"{bottom + 18}\" text-anchor=\"middle\">{value / scale:0.##}</text>\n"));
        }

        _svg.Append(Text($"<path d=\"M{Left} {top}V{bottom}H{Width - Right}\" fill=\"none\" stroke=\"#222\"/>\n"));
        _svg.Append(Text($"<text x=\"{Width - Right}\" y=\"{bottom + 32}\" text-anchor=\"end\">frames, {unit}</text>\n"));
        for (int i = 0; i < lines.Length; i++) Draw(lines[i], i, top, bottom, most, legend: lines.Length > 1);
    }

    private void Draw(Line line, int place, int top, int bottom, double most, bool legend)
    {
        string dash = line.Dash.Length > 0 ? $" stroke-dasharray=\"{line.Dash}\"" : "";
        _svg.Append(Text($"<polyline fill=\"none\" stroke=\"{line.Colour}\" stroke-width=\"1.5\"{dash} points=\""));
        for (int i = 0; i < line.Values.Length; i++) _svg.Append(Text($"{X(samples[i].Frames):0.0},{bottom - (line.Values[i] / most * ChartHeight):0.0} "));
        _svg.Append("\"/>\n");
        if (!legend) return;
        int x = Left + 150 + (place * 170), y = top - 12;
        _svg.Append(Text($"<path d=\"M{x} {y}h24\" stroke=\"{line.Colour}\" stroke-width=\"2\"{dash}/><text x=\"{x + 30}\" y=\"{y + 4}\">{line.Name}</text>\n"));
    }

    private double X(double frames) => Left + (frames / _frames * PlotWidth);

    /// <summary>1, 2 or 5 times a power of ten, the next from a number on.</summary>
    private static double Step(double least)
    {
        if (least <= 0) return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(least))), digit = least / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    private static string Count(long number) => number switch
    {
        >= 1_000_000_000 => Text($"{number / 1e9:0.##} billion"),
        >= 1_000_000 => Text($"{number / 1e6:0.##} million"),
        _ => Text($"{number}"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Line(string Name, string Colour, string Dash, double[] Values);
}
