using System.Runtime.InteropServices;

namespace TrafficCheck.Fuzz.Loop;

internal static partial class NativeExit
{
    public static void Now(int code)
    {
        if (OperatingSystem.IsWindows()) Environment.Exit(code);
        else Exit(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
