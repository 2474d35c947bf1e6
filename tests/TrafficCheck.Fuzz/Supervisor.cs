using System.Diagnostics;
using System.Globalization;
using TrafficCheck.Fuzz.Loop;

namespace TrafficCheck.Fuzz;

/// <summary>Runs the loop in an instrumented process, and another one when that ends early: a hang, too much memory, or a crash is a finding.</summary>
internal static class Supervisor
{
    public static int Run(FuzzOptions options)
    {
        Directory.CreateDirectory(options.Work);
        string copy = Path.Combine(options.Work, "instrumented");
        Instrumentation.CopyTo(copy);
        File.Delete(options.TotalsPath);
        var findings = new Findings(options.FindingsFolder);
        long began = Stopwatch.GetTimestamp();
        int seed = options.Seed;
        while (options.Time - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, [Path.Combine(copy, "TrafficCheck.Fuzz.dll"), "--child", .. options.ToArguments(left, seed++)]);
            if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase)) start = new ProcessStartInfo(
                "dotnet", start.ArgumentList);

            // The repository's samples are found from where this program was built.
            start.Environment[TestSupport.RepositoryFolder.Variable] = TestSupport.RepositoryFolder.Find();
            using Process child = Process.Start(start) ?? throw new InvalidOperationException("the process does not start");
            child.WaitForExit();
            if (child.ExitCode == 0) break;
            string cause = child.ExitCode switch
            {
                Watchdog.HangCode => "takes too long",
                Watchdog.MemoryCode => "takes too much memory",
                _ => string.Create(CultureInfo.InvariantCulture, $"ends the process with code {child.ExitCode}"),
            };
            using var current = new CurrentInput(options.CurrentPath);
            (string target, byte[] input) = current.Get();
            findings.Add(target, cause, cause, input);
            Console.WriteLine($"{target}: {cause}");
        }

        Console.WriteLine(File.Exists(options.TotalsPath) ? File.ReadAllText(options.TotalsPath) : "nothing ran");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{findings.Count} findings in {options.FindingsFolder}"));
        return findings.Count == 0 ? 0 : 1;
    }
}
