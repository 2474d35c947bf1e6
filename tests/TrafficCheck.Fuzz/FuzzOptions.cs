using System.Globalization;
using TrafficCheck.Fuzz.Targets;

namespace TrafficCheck.Fuzz;

/// <summary>The command line of a run.</summary>
/// <param name="Work">Folder for the instrumented copy, the corpus, the findings and the figures.</param>
internal sealed record FuzzOptions(TimeSpan Time, IReadOnlyList<FuzzTarget> Targets, string Work, int Seed, int HangSeconds)
{
    public string CurrentPath => Path.Combine(Work, "current");

    public string FindingsFolder => Path.Combine(Work, "findings");

    public string TotalsPath => Path.Combine(Work, "totals.md");

    public static FuzzOptions Parse(ReadOnlySpan<string> args)
    {
        var options = new FuzzOptions(TimeSpan.FromMinutes(1), FuzzTargets.All, Path.Combine(Path.GetTempPath(), "trafficcheck-fuzz"), 1, 20);
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length) throw new ArgumentException($"{args[i]} takes a value");
            string value = args[i + 1];
            options = args[i] switch
            {
                "--minutes" => options with { Time = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)) },
                "--targets" => options with { Targets = [.. value.Split(',').Select(FuzzTargets.Named)] },
                "--work" => options with { Work = Path.GetFullPath(value) },
                "--seed" => options with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
                "--hang-seconds" => options with { HangSeconds = int.Parse(value, CultureInfo.InvariantCulture) },
                _ => throw new ArgumentException($"no option {args[i]}"),
            };
        }

        return options;
    }

    public IEnumerable<string> ToArguments(TimeSpan left, int seed) =>
    [
        "--minutes", left.TotalMinutes.ToString(CultureInfo.InvariantCulture), "--targets", string.Join(',', Targets), "--work", Work,
        "--seed", seed.ToString(CultureInfo.InvariantCulture), "--hang-seconds", HangSeconds.ToString(CultureInfo.InvariantCulture),
    ];
}
