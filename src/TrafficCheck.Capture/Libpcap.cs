using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace TrafficCheck.Capture;

/// <summary>
/// The few functions of libpcap that SharpPcap does not give, or gives wrongly: dispatch to an unmanaged call-back, statistics, compiled programs as
/// they are. Loaded when first asked for; a machine without the library reads files all the same.
/// </summary>
internal sealed unsafe class Libpcap
{
    /// <summary>Size of the buffers that take error texts (PCAP_ERRBUF_SIZE).</summary>
    public const int ErrorLength = 256;

    private static readonly Lazy<Libpcap?> Loaded = new(TryLoad);

    private readonly nint _library;

    private Libpcap(nint library)
    {
        _library = library;
        Dispatch = (delegate* unmanaged[Cdecl]<nint, int, delegate* unmanaged[Cdecl]<nint, byte*, byte*, void>, nint, int>)Export("pcap_dispatch");
        Stats = (delegate* unmanaged[Cdecl]<nint, uint*, int>)Export("pcap_stats");
        GetError = (delegate* unmanaged[Cdecl]<nint, byte*>)Export("pcap_geterr");
        DataLink = (delegate* unmanaged[Cdecl]<nint, int>)Export("pcap_datalink");
        OpenDead = (delegate* unmanaged[Cdecl]<int, int, nint>)Export("pcap_open_dead");
        Close = (delegate* unmanaged[Cdecl]<nint, void>)Export("pcap_close");
        Compile = (delegate* unmanaged[Cdecl]<nint, BpfProgramHead*, byte*, int, uint, int>)Export("pcap_compile");
        FreeCode = (delegate* unmanaged[Cdecl]<BpfProgramHead*, void>)Export("pcap_freecode");
        OfflineFilter = (delegate* unmanaged[Cdecl]<BpfProgramHead*, byte*, byte*, int>)Export("pcap_offline_filter");
        if (NativeLibrary.TryGetExport(library, "pcap_get_selectable_fd", out nint selectable)) SelectableDescriptor = (delegate* unmanaged[Cdecl]<nint, int>)selectable;
        if (NativeLibrary.TryGetExport(library, "pcap_fileno", out nint fileNumber)) FileNumber = (delegate* unmanaged[Cdecl]<nint, int>)fileNumber;
    }

    /// <summary>Null where the library is not installed.</summary>
    public static Libpcap? Instance => Loaded.Value;

    /// <summary>What to say where it is missing.</summary>
    public static string Absence =>
        OperatingSystem.IsWindows() ? "Npcap is not installed, and capturing and filter expressions need it: install it from https://npcap.com"
        : OperatingSystem.IsMacOS() ? "libpcap was not found, and capturing and filter expressions need it: brew install libpcap"
        : "libpcap is not installed, and capturing and filter expressions need it: apt-get install libpcap0.8 (Debian, Ubuntu), dnf install libpcap (Fedora, RHEL), apk add libpcap (Alpine)";

    public delegate* unmanaged[Cdecl]<nint, int, delegate* unmanaged[Cdecl]<nint, byte*, byte*, void>, nint, int> Dispatch { get; }

    public delegate* unmanaged[Cdecl]<nint, uint*, int> Stats { get; }

    public delegate* unmanaged[Cdecl]<nint, byte*> GetError { get; }

    public delegate* unmanaged[Cdecl]<nint, int> DataLink { get; }

    public delegate* unmanaged[Cdecl]<int, int, nint> OpenDead { get; }

    public delegate* unmanaged[Cdecl]<nint, void> Close { get; }

    public delegate* unmanaged[Cdecl]<nint, BpfProgramHead*, byte*, int, uint, int> Compile { get; }

    public delegate* unmanaged[Cdecl]<BpfProgramHead*, void> FreeCode { get; }

    public delegate* unmanaged[Cdecl]<BpfProgramHead*, byte*, byte*, int> OfflineFilter { get; }

    /// <summary>Null on Windows.</summary>
    public delegate* unmanaged[Cdecl]<nint, int> SelectableDescriptor { get; }

    public delegate* unmanaged[Cdecl]<nint, int> FileNumber { get; }

    /// <exception cref="LibpcapMissingException">The library is not installed.</exception>
    public static Libpcap Require() => Instance ?? throw new LibpcapMissingException(Absence);

    /// <summary>The last error of a handle.</summary>
    public string ErrorOf(nint handle) => Marshal.PtrToStringUTF8((nint)GetError(handle)) ?? "";

    private static Libpcap? TryLoad()
    {
        foreach (string name in Names())
        {
            if (!NativeLibrary.TryLoad(name, out nint library)) continue;
            try
            {
                return new Libpcap(library);
            }
            catch (EntryPointNotFoundException)
            {
                // Something else of that name, or far too old.
                NativeLibrary.Free(library);
            }
        }

        return null;
    }

    private static string[] Names()
    {
        if (OperatingSystem.IsWindows()) return [Path.Combine(Environment.SystemDirectory, "Npcap", "wpcap.dll"), "wpcap.dll"];
        return OperatingSystem.IsMacOS() ? ["libpcap.dylib", "libpcap.A.dylib"] : ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so.0", "libpcap.so"];
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    /// <summary><c>struct bpf_program</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    [SuppressMessage("Performance", "CA1815", Justification = "A shape of the library.")]
    public struct BpfProgramHead
    {
        public uint Length;
        public BpfInstruction* Instructions;
    }

    /// <summary><c>struct bpf_insn</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct BpfInstruction
    {
        public ushort Code;
        public byte JumpTrue;
        public byte JumpFalse;
        public uint Value;
    }
}
