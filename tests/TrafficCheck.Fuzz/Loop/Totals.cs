using System.Globalization;

namespace TrafficCheck.Fuzz.Loop;

/// <summary>Figures of each target over all processes of a run, as lines of a table in Markdown.</summary>
internal static class Totals
{
    private const string Head = "| target | executions | seconds | branches | inputs kept |\n|---|---:|---:|---:|---:|\n";

    public static void Load(string path, IEnumerable<Lane> lanes)
    {
        if (!File.Exists(path)) return;
        foreach (string line in File.ReadLines(path).Skip(2))
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length < 6 || lanes.FirstOrDefault(l => l.Target.Name == cells[1]) is not { } lane) continue;
            lane.Executions = long.Parse(cells[2], CultureInfo.InvariantCulture);
            lane.Time = TimeSpan.FromSeconds(double.Parse(cells[3], CultureInfo.InvariantCulture));
        }
    }

    public static void Save(string path, IEnumerable<Lane> lanes) => File.WriteAllText(path, Head + string.Concat(lanes.Select(l => string.Create(
        CultureInfo.InvariantCulture, $"| {l.Target.Name} | {l.Executions} | {l.Time.TotalSeconds:F0} | {l.Branches} | {l.Inputs} |\n"))));
}
