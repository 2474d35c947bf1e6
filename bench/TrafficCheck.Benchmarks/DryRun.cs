using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using TrafficCheck.Benchmarks.Traces;

namespace TrafficCheck.Benchmarks;

/// <summary>Runs every benchmark once with every value of its parameters, on small inputs and without BenchmarkDotNet, to see that they still work.</summary>
internal static class DryRun
{
    private const int Frames = 20_000, Flows = 20_000;

    /// <returns>Exit code: 0 when every benchmark ran through, 1 when one threw or there was none.</returns>
    public static int Run(TextWriter output, TextWriter errors)
    {
        TraceSpec.FrameLimit = Frames;
        GrowthBenchmarks.FlowLimit = Flows;
        if (!Libpcap.IsPresent) output.WriteLine(Libpcap.Absence);
        int ran = 0, failed = 0;
        foreach (Type type in typeof(DryRun).Assembly.GetTypes().Where(t => t.IsPublic && BenchmarksOf(t).Any()))
        {
            foreach (object instance in Instances(type))
            {
                Call(type, typeof(GlobalSetupAttribute), instance);
                foreach (MethodInfo benchmark in BenchmarksOf(type).Where(IsRunnable))
                {
                    var time = Stopwatch.StartNew();
                    try
                    {
                        benchmark.Invoke(instance, null);
                        ran++;
                        output.WriteLine($"{Describe(benchmark, instance)}: {time.ElapsedMilliseconds} ms");
                    }
                    catch (TargetInvocationException e)
                    {
                        failed++;
                        errors.WriteLine($"{Describe(benchmark, instance)}: {e.InnerException}");
                    }
                }

                Call(type, typeof(GlobalCleanupAttribute), instance);
            }
        }

        output.WriteLine($"{ran} ran through, {failed} failed");
        return ran > 0 && failed == 0 ? 0 : 1;
    }

    private static IEnumerable<MethodInfo> BenchmarksOf(Type type) => type.GetMethods().Where(m => m.IsDefined(typeof(BenchmarkAttribute)));

    private static bool IsRunnable(MethodInfo benchmark) =>
        Libpcap.IsPresent || benchmark.GetCustomAttribute<BenchmarkCategoryAttribute>()?.Categories.Contains(Libpcap.Category) != true;

    /// <summary>One instance for each combination of parameter values.</summary>
    private static List<object> Instances(Type type)
    {
        List<object> instances = [Activator.CreateInstance(type)!];
        PropertyInfo[] parameters = [.. type.GetProperties().Where(p => p.IsDefined(typeof(ParamsAttribute)))];
        foreach (PropertyInfo parameter in parameters)
        {
            object?[] values = parameter.GetCustomAttribute<ParamsAttribute>()!.Values;
            instances = [.. instances.SelectMany(instance => values.Select(value => Copy(type, parameters, instance, parameter, value)))];
        }

        return instances;
    }

    private static object Copy(Type type, PropertyInfo[] parameters, object instance, PropertyInfo changed, object? value)
    {
        object copy = Activator.CreateInstance(type)!;
        foreach (PropertyInfo parameter in parameters) parameter.SetValue(copy, parameter == changed ? value : parameter.GetValue(instance));
        return copy;
    }

    private static void Call(Type type, Type attribute, object instance)
    {
        foreach (MethodInfo method in type.GetMethods().Where(m => m.IsDefined(attribute))) method.Invoke(instance, null);
    }

    private static string Describe(MethodInfo benchmark, object instance)
    {
        IEnumerable<string> parameters = instance.GetType().GetProperties().Where(p => p.IsDefined(typeof(ParamsAttribute))).Select(p => $"{p.Name}={p.GetValue(instance)}");
        return $"{instance.GetType().Name}.{benchmark.Name} ({string.Join(", ", parameters)})";
    }
}
