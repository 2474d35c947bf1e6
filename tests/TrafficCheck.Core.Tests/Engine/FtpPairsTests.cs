using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class FtpPairsTests
{
    private static FlowEndpoints Ends(uint client) => new(IpAddress.V4(client), 40000, IpAddress.V4(0xc0a80001), 21);

    [Fact]
    public void Control_connections_beyond_the_bound_are_counted_and_not_kept()
    {
        var pairs = new FtpPairs(MatrixOf(Allow("R1", 21)), null, maxKept: 3);
        for (uint client = 1; client <= 5; client++)
            pairs.Add(new ControlConnection(client, ControlKind.Ftp, TransportNames.Tcp, Ends(client), clientIsHigh: false, client, client));
        Assert.Equal(2, pairs.NotKept);
        Assert.Equal([true, true, true, false, false], Enumerable.Range(1, 5).Select(c => pairs.Has(Ends((uint)c))));
    }
}
