using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>
/// Service ports at which control connections are looked for: the usual ones that the matrix allows at all, and those of rows that ask for the
/// protocol. What the matrix never allows has no related flows.
/// </summary>
internal sealed class ControlPorts
{
    /// <summary>Ports below serve and are not chosen at random (RFC 6335 section 6).</summary>
    public const int FirstHigh = 1024;

    private const int Udp = 1 << 16, FtpData = 20, FtpsData = 989;

    private static readonly (ControlKind Kind, byte Transport, ushort Port)[] s_usual =
    [
        (ControlKind.Ftp, TransportNames.Tcp, 21), (ControlKind.FtpImplicit, TransportNames.Tcp, 990), (ControlKind.Tftp, TransportNames.Udp, 69),
        (ControlKind.Sip, TransportNames.Udp, 5060), (ControlKind.Sip, TransportNames.Tcp, 5060), (ControlKind.EndpointMapper, TransportNames.Tcp, 135),
        (ControlKind.SunRpc, TransportNames.Udp, 111), (ControlKind.SunRpc, TransportNames.Tcp, 111), (ControlKind.Dns, TransportNames.Udp, 53),
    ];

    private readonly byte[] _kinds = new byte[2 << 16];
    private bool _hasFtp;

    public ControlPorts(CompiledMatrix matrix)
    {
        foreach (var (kind, transport, port) in s_usual)
        {
            for (int subject = 0; subject < matrix.Matrix.Subjects.Count; subject++)
            {
                if (matrix.IsServicePort(subject, transport, port)) Add(kind, transport, port);
            }
        }

        foreach (MatrixRow row in matrix.Matrix.Rows)
        {
            ControlKind kind = KindOf(row.Application);
            if (kind == ControlKind.None || row.FromServerPort || !row.Enforced) continue;
            byte transport = kind is ControlKind.Tftp or ControlKind.Dns ? TransportNames.Udp : TransportNames.Tcp;
            foreach (PortRange range in row.Ports)
            {
                if (range.IsSingle) Add(kind, transport, range.First);
                if (range.IsSingle && kind == ControlKind.Sip) Add(kind, TransportNames.Udp, range.First);
            }
        }
    }

    /// <summary>Whether there may be calls, which announce media.</summary>
    public bool HasCalls { get; private set; }

    /// <summary>Whether there are any.</summary>
    public bool Any { get; private set; }

    public ControlKind At(byte transport, ushort port) => transport switch
    {
        TransportNames.Tcp => (ControlKind)_kinds[port],
        TransportNames.Udp => (ControlKind)_kinds[Udp + port],
        _ => ControlKind.None,
    };

    /// <summary>Whether the payloads of a TCP flow with this SYN may be of use: a control connection, or data of one for FTP.</summary>
    public bool IsOfUse(ushort source, ushort destination) =>
        (_kinds[source] | _kinds[destination]) != 0 || (_hasFtp && MayBeFtpData(source, destination));

    /// <summary>A data connection goes to a high port, from another one or from the port of a server in active mode.</summary>
    public static bool MayBeFtpData(ushort source, ushort destination) => destination >= FirstHigh && (source >= FirstHigh || source is FtpData or FtpsData);

    /// <summary>The kind that a recognised application is on any port.</summary>
    public static ControlKind Of(Application application) => application switch
    {
        Application.Ftp => ControlKind.Ftp,
        Application.Sip => ControlKind.Sip,
        Application.Tftp => ControlKind.Tftp,
        _ => ControlKind.None,
    };

    /// <summary>Whether the application may be what a control connection of the kind speaks.</summary>
    public static bool Fits(ControlKind kind, Application application) => application is Application.Unknown or Application.Unrecognized || kind switch
    {
        ControlKind.Ftp => application is Application.Ftp or Application.Tls,
        ControlKind.FtpImplicit => application == Application.Tls,
        ControlKind.Tftp => application == Application.Tftp,
        ControlKind.Sip => application == Application.Sip,
        ControlKind.EndpointMapper => application == Application.Msrpc,
        ControlKind.Dns => application == Application.Dns,
        _ => true,
    };

    private static ControlKind KindOf(string? application) => application switch
    {
        "ftp" or "ftps-explicit" => ControlKind.Ftp,
        "ftps-implicit" => ControlKind.FtpImplicit,
        "tftp" => ControlKind.Tftp,
        "sip" => ControlKind.Sip,
        "msrpc" => ControlKind.EndpointMapper,
        "dns" => ControlKind.Dns,
        _ => ControlKind.None,
    };

    private void Add(ControlKind kind, byte transport, ushort port)
    {
        Any = true;
        HasCalls |= kind == ControlKind.Sip;
        _hasFtp |= kind is ControlKind.Ftp or ControlKind.FtpImplicit;
        ref byte at = ref _kinds[port + (transport == TransportNames.Udp ? Udp : 0)];

        // A port that rows give to explicit and implicit FTPS is read as FTP, which shows TLS as well.
        if (at == 0 || kind == ControlKind.Ftp) at = (byte)kind;
    }
}
