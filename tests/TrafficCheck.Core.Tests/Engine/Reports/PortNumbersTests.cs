using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Core.Tests.Engine.Reports;

public sealed class PortNumbersTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(65_536)]
    public void Ports_come_out_ascending_each_once_however_many_there_are(int count)
    {
        var random = new Random(count);
        int[] some = [.. Enumerable.Range(0, 1 << 16).OrderBy(_ => random.Next()).Take(count)];
        PortNumbers ports = PortNumbers.Of(some.Concat(some));
        Assert.Equal(some.Order(), ports.All);
        Assert.Equal(count, ports.Count);
        Assert.Equal(some.Append(65_535).Distinct().Order(), PortNumbers.Union(ports, PortNumbers.Of([65_535])).All);
    }
}
