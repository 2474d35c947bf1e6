namespace TrafficCheck.Benchmarks.Traces;

/// <summary>A service of the traffic mix.</summary>
/// <param name="Share">Conversations of it among <see cref="TotalShare"/>.</param>
internal readonly record struct Service(byte Protocol, ushort Port, bool FromHost, int Share)
{
    private const byte Tcp = 6, Udp = 17;

    /// <summary>A mail gateway seen from its boundary. The last six are in no matrix of such a gateway (see <c>bench/matrix.md</c>).</summary>
    private static readonly Service[] s_all =
    [
        new(Tcp, 25, false, 220), new(Tcp, 25, true, 150), new(Udp, 53, true, 200), new(Tcp, 53, true, 10),
        new(Tcp, 443, true, 150), new(Tcp, 443, false, 60), new(Tcp, 80, true, 80),
        new(Udp, 123, true, 20), new(Tcp, 389, true, 20), new(Tcp, 514, true, 20), new(Tcp, 636, true, 15), new(Tcp, 3268, true, 10),
        new(Udp, 162, false, 8), new(Tcp, 21, true, 5), new(Tcp, 22, true, 5), new(Tcp, 22, false, 5),
        new(Tcp, 3389, false, 6), new(Tcp, 8080, true, 6), new(Udp, 443, true, 6), new(Tcp, 23, false, 4), new(Udp, 161, false, 4),
        new(Tcp, 6667, true, 2),
    ];

    public static int TotalShare { get; } = s_all.Sum(service => service.Share);

    public bool IsTcp => Protocol == Tcp;

    /// <param name="point">From 0 to below <see cref="TotalShare"/>.</param>
    public static Service At(int point)
    {
        foreach (Service service in s_all)
        {
            point -= service.Share;
            if (point < 0) return service;
        }

        throw new ArgumentOutOfRangeException(nameof(point));
    }
}
