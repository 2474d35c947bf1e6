using SharpFuzz;
using TrafficCheck.Fuzz;
using TrafficCheck.Fuzz.Loop;
using TrafficCheck.Fuzz.Targets;

const string Usage =
    """
    --minutes N [--targets a,b] [--work DIR] [--seed N] [--hang-seconds N]
                              fuzz by itself, guided by coverage
    --list                    the names of the targets
    --instrument DIR          write a copy of this program for a native fuzzer
    --write-seeds DIR TARGET  write a target's seeds, one file each
    --libfuzzer TARGET        be run by libfuzzer-dotnet (from the instrumented copy)
    --afl TARGET              be run by afl-fuzz (from the instrumented copy)
    --replay TARGET FILE...   run files once
    """;

try
{
    switch (args)
    {
        case ["--minutes" or "--targets" or "--work" or "--seed" or "--hang-seconds", ..]:
            return Supervisor.Run(FuzzOptions.Parse(args));
        case ["--child", .. var rest]:
            CoverageMap.Install();
            using (var loop = new FuzzLoop(FuzzOptions.Parse(rest))) loop.Run();
            return 0;
        case ["--list"]:
            foreach (FuzzTarget each in FuzzTargets.All) Console.WriteLine(each.Name);
            return 0;
        case ["--instrument", var folder]:
            Instrumentation.CopyTo(folder);
            return 0;
        case ["--write-seeds", var folder, var name]:
            int number = 0;
            Directory.CreateDirectory(folder);
            foreach (byte[] seed in FuzzTargets.Named(name).Seeds()) File.WriteAllBytes(Path.Combine(folder, $"seed-{number++:d3}"), seed);
            return 0;
        case ["--libfuzzer", var name]:
            // What the targets set up when they are first used runs before the fuzzer gives the map.
            CoverageMap.Install();
            FuzzTarget native = FuzzTargets.Named(name);
            Fuzzer.LibFuzzer.Run(input => native.Run(input));
            return 0;
        case ["--afl", var name]:
            CoverageMap.Install();
            FuzzTarget piped = FuzzTargets.Named(name);
            Fuzzer.Run(stream =>
            {
                using var all = new MemoryStream();
                stream.CopyTo(all);
                piped.Run(all.ToArray());
            });
            return 0;
        case ["--replay", var name, .. var files]:
            CoverageMap.Install();
            foreach (string file in files) FuzzTargets.Named(name).Run(File.ReadAllBytes(file));
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
