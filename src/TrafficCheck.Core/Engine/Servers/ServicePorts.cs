using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>
/// Ports that look like those of a service, whatever the end does with them: below 1024, or named by a row of the matrix for themselves. Clients
/// that use one as their source port are remembered; all the others are too many, and their ports say nothing.
/// </summary>
internal sealed class ServicePorts
{
    private const int FirstHigh = 1024;

    private readonly ulong[] _named = new ulong[1024];

    public ServicePorts(AllowedMatrix matrix)
    {
        foreach (PortRange range in matrix.Rows.SelectMany(r => r.Ports))
        {
            if (range.IsSingle) _named[range.First >> 6] |= 1UL << (range.First & 63);
        }
    }

    public bool Has(ushort port) => port < FirstHigh || (_named[port >> 6] & (1UL << (port & 63))) != 0;
}
