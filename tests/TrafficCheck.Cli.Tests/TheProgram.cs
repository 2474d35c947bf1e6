using System.Diagnostics;
using System.Runtime.InteropServices;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Cli.Tests;

/// <summary>Runs the built program as a user does: in a process of its own.</summary>
internal static class TheProgram
{
    /// <summary>A published program to test instead of the one that was built with the tests.</summary>
    private static readonly string? s_published = Environment.GetEnvironmentVariable("TRAFFICCHECK_PROGRAM");

    public static string Samples { get; } = Path.Combine(RepositoryFolder.Find(), "samples");

    /// <summary>Program and first arguments that start it.</summary>
    public static string[] Invocation => s_published is { } program ? [program] : ["dotnet", Path.Combine(AppContext.BaseDirectory, "trafficcheck.dll")];

    /// <summary>Whether the loader finds libpcap, or what has its place.</summary>
    public static bool HasLibpcap { get; } = Array.Exists(
        ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so.0", "libpcap.so", "libpcap.dylib", "wpcap.dll"], name => NativeLibrary.TryLoad(name, out _));

    public static (int Code, string Output, string Errors) Run(params string[] args) => RunWith(null, args);

    /// <param name="input">Bytes for standard input, or null for none.</param>
    public static (int Code, string Output, string Errors) RunWith(byte[]? input, params string[] args) => Run([], input, args);

    /// <summary>As where libpcap is not installed: the loader finds empty files of its names first. Linux only.</summary>
    /// <param name="folder">A folder of the test.</param>
    public static (int Code, string Output, string Errors) RunWithoutLibpcap(string folder, params string[] args)
    {
        foreach (string name in (string[])["libpcap.so.0.8", "libpcap.so.1", "libpcap.so.0", "libpcap.so"]) File.WriteAllBytes(Path.Combine(folder, name), []);
        return Run([new("LD_LIBRARY_PATH", folder)], null, args);
    }

    private static (int Code, string Output, string Errors) Run(KeyValuePair<string, string>[] environment, byte[]? input, string[] args)
    {
        var start = new ProcessStartInfo(s_published ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.WorkingDirectory = RepositoryFolder.Find();
        if (s_published is null) start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "trafficcheck.dll"));
        foreach (string arg in args) start.ArgumentList.Add(arg);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        try
        {
            if (input is not null) process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program may end before it has read everything; its exit code and errors say why.
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }
}
