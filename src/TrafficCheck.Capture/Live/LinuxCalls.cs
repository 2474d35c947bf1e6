using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace TrafficCheck.Capture.Live;

/// <summary>System calls of Linux that capture needs beyond libpcap.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LinuxCalls
{
    public const short PollIn = 1;

    private const int AfInet = 2, SockDgram = 2, SockCloexec = 0x80000, SolSocket = 1, SoAttachFilter = 26, SiocGifFlags = 0x8913, IffUp = 1;

    /// <summary>Length of <c>struct ifreq</c>, and of the name in it with its zero.</summary>
    private const int InterfaceRequest = 40, NameLength = 16;

    /// <summary>Index of an interface in the network namespace of the calling thread; 0 where there is none of that name.</summary>
    public static uint IndexOf(string name) => NameToIndex(name);

    /// <summary>Whether an interface is switched on; null where there is none of that name.</summary>
    public static bool? IsUp(string name)
    {
        byte* request = stackalloc byte[InterfaceRequest];
        new Span<byte>(request, InterfaceRequest).Clear();
        if (name.Length >= NameLength) return null;
        for (int i = 0; i < name.Length; i++) request[i] = (byte)name[i];
        int socket = Socket(AfInet, SockDgram | SockCloexec, 0);
        if (socket < 0) return null;
        try
        {
            return IoControl(socket, SiocGifFlags, request) < 0 ? null : (*(short*)(request + NameLength) & IffUp) != 0;
        }
        finally
        {
            _ = CloseDescriptor(socket);
        }
    }

    /// <summary>Nothing more comes to the socket; what it took already can still be read.</summary>
    public static bool TryRejectAll(int socket)
    {
        // One instruction of BPF: return 0. struct sock_fprog is a length and, aligned, a pointer.
        ulong instruction = 0x06;
        nint* program = stackalloc nint[2];
        program[0] = 1;
        program[1] = (nint)(&instruction);
        return SetSocketOption(socket, SolSocket, SoAttachFilter, program, (uint)(2 * sizeof(nint))) == 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollRequest* requests, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint NameToIndex(string name);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoControl(int descriptor, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSocketOption(int socket, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);
}
