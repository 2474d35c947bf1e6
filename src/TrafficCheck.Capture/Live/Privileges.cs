using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace TrafficCheck.Capture.Live;

/// <summary>What a program that was started as root has become.</summary>
/// <param name="User">Its user now.</param>
/// <param name="Threads">Threads that were looked at and found so.</param>
public sealed record DroppedPrivileges(string User, uint UserId, uint GroupId, int Threads);

/// <summary>
/// Gives up the rights of root once interfaces are open. What is kept is CAP_NET_RAW, in the calling thread and those it starts, because an interface that
/// went away could not be opened again without it. So: open, drop, and start the capture, all on one thread. No program that is run afterwards gains anything
/// (PR_SET_NO_NEW_PRIVS).
/// </summary>
public static unsafe partial class Privileges
{
    private const int SetKeepCapabilities = 8, SetNoNewPrivileges = 38, CapNetRaw = 13, CapabilityVersion3 = 0x20080522;

    private const uint SeccompSetFilter = 1, SeccompAllThreads = 1;

    /// <summary>Everything is allowed: see <see cref="Drop"/>.</summary>
    private const uint SeccompAllow = 0x7fff0000;

    /// <summary>Whether the process is root on Linux, so that there is something to drop.</summary>
    public static bool AreRoot => OperatingSystem.IsLinux() && EffectiveUser() == 0;

    /// <param name="user">Name or number of the user to become.</param>
    /// <exception cref="LiveCaptureException">There is no such user, or a right that had to go stayed; the program must not go on then.</exception>
    [SupportedOSPlatform("linux")]
    public static DroppedPrivileges Drop(string user = "nobody")
    {
        ArgumentNullException.ThrowIfNull(user);
        (uint userId, uint groupId) = Find(user);
        if (userId == 0) throw new LiveCaptureException($"'{user}' is root; name a user that is not");

        // The C library carries changes of user and group to all threads. Capabilities are of each thread: the others lose all with the user.
        uint none = 0;
        Must(Control(SetKeepCapabilities, 1, 0, 0, 0) == 0, "keep capabilities");
        Must(SetGroups(0, &none) == 0, "leave the groups");
        Must(SetGroupIds(groupId, groupId, groupId) == 0, "change the group");
        Must(SetUserIds(userId, userId, userId) == 0, "change the user");

        // struct __user_cap_header_struct and two of __user_cap_data_struct: effective, permitted, inheritable.
        uint* header = stackalloc uint[2];
        (header[0], header[1]) = (CapabilityVersion3, 0);
        uint* data = stackalloc uint[6];
        new Span<uint>(data, 6).Clear();
        data[0] = data[1] = 1u << CapNetRaw;
        Must(SetCapabilities(header, data) == 0, "give up capabilities");
        Must(Control(SetNoNewPrivileges, 1, 0, 0, 0) == 0, "renounce new privileges");

        // The mark is of each thread too. A seccomp filter for all threads carries it to them; this one allows every call.
        ulong instruction = 0x06 | ((ulong)SeccompAllow << 32);
        nint* program = stackalloc nint[2];
        (program[0], program[1]) = (1, (nint)(&instruction));
        long number = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 317 : 277;
        Must(SystemCall(number, (nint)SeccompSetFilter, (nint)SeccompAllThreads, program) == 0, "renounce new privileges in all threads");
        return new DroppedPrivileges(user, userId, groupId, Verify(userId, groupId));
    }

    /// <summary>What the kernel says of each thread decides.</summary>
    [SupportedOSPlatform("linux")]
    private static int Verify(uint userId, uint groupId)
    {
        int threads = 0;
        string Ids(uint id) => string.Join('\t', Enumerable.Repeat(id.ToString(CultureInfo.InvariantCulture), 4));
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            string[] lines;
            try
            {
                lines = File.ReadAllLines(task + "/status");
            }
            catch (IOException)
            {
                continue; // a thread that ended meanwhile
            }

            string Field(string name) => lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim() ?? "";
            Must(Field("Uid") == Ids(userId) && Field("Gid") == Ids(groupId) && Field("Groups").Length == 0, "change user and groups of all threads");
            Must(IsNetRawAtMost(Field("CapPrm")) && IsNetRawAtMost(Field("CapEff")) && IsNetRawAtMost(Field("CapInh")), "give up the capabilities of all threads");
            Must(Field("NoNewPrivs") == "1", "renounce new privileges in all threads");
            threads++;
        }

        Must(threads > 0, "look at its threads");
        return threads;
    }

    private static bool IsNetRawAtMost(string mask) =>
        ulong.TryParse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits) && (bits & ~(1ul << CapNetRaw)) == 0;

    private static (uint User, uint Group) Find(string user)
    {
        // struct passwd begins with two pointers, then user and group.
        byte* found = uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? FindUser(number) : FindUser(user);
        if (found == null) throw new LiveCaptureException($"There is no user '{user}': name one with --user");
        return (*(uint*)(found + (2 * sizeof(nint))), *(uint*)(found + (2 * sizeof(nint)) + 4));
    }

    private static void Must(bool done, string what)
    {
        if (!done) throw new LiveCaptureException($"The rights of root could not be given up: failed to {what}");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* FindUser(string name);

    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial byte* FindUser(uint number);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroupIds(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUserIds(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, nint operation, nint flags, nint* argument);
}
