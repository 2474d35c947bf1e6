using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TrafficCheck.TestSupport.Network;

/// <summary>
/// Two network namespaces joined by cables (veth pairs): frames go out at <c>out0</c>, <c>out1</c> of the one and come in at <c>tap0</c>, <c>tap1</c> of
/// the other, as at a SPAN port. The system sends nothing of its own on them. They are removed with this object.
/// </summary>
public sealed partial class NetworkNamespaces : IDisposable
{
    private const int CloneNewNetwork = 0x40000000;

    private static int s_count;

    private readonly int _cables;

    /// <exception cref="InvalidOperationException">The system refuses; ask <see cref="WhyNot"/> before.</exception>
    public NetworkNamespaces(int cables = 1)
    {
        _cables = cables;
        string name = $"tc{Environment.ProcessId:x}-{Interlocked.Increment(ref s_count)}";
        (Sender, Watcher) = (name + "s", name + "w");
        try
        {
            foreach (string space in new[] { Sender, Watcher })
            {
                Ip("netns", "add", space);

                // Where /proc/sys may not be written the cables still have no address of their own to speak from.
                _ = Run("ip", "netns", "exec", space, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
                Ip("-n", space, "link", "set", "lo", "up");
            }

            for (int i = 0; i < cables; i++) AddCable(i);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why this machine cannot do it, or null when it can.</summary>
    public static string? WhyNot { get; } = Find();

    /// <summary>The namespace that frames are sent from.</summary>
    public string Sender { get; }

    /// <summary>The namespace that is captured in.</summary>
    public string Watcher { get; }

    /// <summary>Lays a cable; also one that was removed.</summary>
    public void AddCable(int i)
    {
        Ip("link", "add", "out" + i, "netns", Sender, "mtu", "9000", "type", "veth", "peer", "name", "tap" + i, "netns", Watcher, "mtu", "9000");
        foreach ((string space, string end) in new[] { (Sender, "out" + i), (Watcher, "tap" + i) })
        {
            Ip("-n", space, "link", "set", "dev", end, "addrgenmode", "none", "arp", "off", "multicast", "off");
            Ip("-n", space, "link", "set", "dev", end, "up");
        }
    }

    /// <summary>Takes a cable away.</summary>
    public void RemoveCable(int i) => Ip("-n", Sender, "link", "del", "out" + i);

    /// <summary>Switches a captured end.</summary>
    public void SwitchTap(int i, bool up) => Ip("-n", Watcher, "link", "set", "dev", "tap" + i, up ? "up" : "down");

    /// <summary>Does something on a thread that is in a namespace: sockets that it makes belong there, wherever they are used.</summary>
    public static T Inside<T>(string space, Func<T> act)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle("/run/netns/" + space);
                if (SetNamespace((int)handle.DangerousGetHandle(), CloneNewNetwork) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
                result = act();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    public void Dispose()
    {
        // A cable goes with its first end; its namespace would go later, when nothing is left in it.
        for (int i = 0; i < _cables; i++) _ = Run("ip", "-n", Sender, "link", "del", "out" + i);
        _ = Run("ip", "netns", "del", Sender);
        _ = Run("ip", "netns", "del", Watcher);
    }

    /// <summary>Runs a command, at most for 20 seconds.</summary>
    public static (int Code, string Output, string Errors) Run(string program, params IEnumerable<string> args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (process.WaitForExit(20_000)) return (process.ExitCode, output.Result, errors.Result);
        process.Kill();
        return (-1, "", program + " does not end");
    }

    private static void Ip(params string[] args)
    {
        var (code, _, errors) = Run("ip", args);
        if (code != 0) throw new InvalidOperationException($"ip {string.Join(' ', args)}: {errors.Trim()}");
    }

    private static string? Find()
    {
        if (!OperatingSystem.IsLinux()) return "network namespaces are Linux's";
        if (!Environment.IsPrivilegedProcess) return "network namespaces need root";
        if (!NativeLibrary.TryLoad("libpcap.so.1", out _) && !NativeLibrary.TryLoad("libpcap.so.0.8", out _) && !NativeLibrary.TryLoad("libpcap.so", out _)) return "libpcap is missing";
        try
        {
            using var tried = new NetworkNamespaces();
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return "no network namespaces: " + e.Message;
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int file, int kind);
}
