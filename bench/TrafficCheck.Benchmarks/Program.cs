using BenchmarkDotNet.Running;
using TrafficCheck.Benchmarks;
using TrafficCheck.Benchmarks.Soak;

if (args is ["--dry"]) return DryRun.Run(Console.Out, Console.Error);
if (args is [TraceCommand.Option, ..]) return TraceCommand.Run(args, Console.Out, Console.Error);
if (args is [SoakCommand.Option, ..]) return SoakCommand.Run(args, Console.Out, Console.Error);
if (!Libpcap.IsPresent) Console.Error.WriteLine(Libpcap.Absence);
BenchmarkSwitcher.FromAssembly(typeof(LadderBenchmarks).Assembly).Run(args);
return 0;
