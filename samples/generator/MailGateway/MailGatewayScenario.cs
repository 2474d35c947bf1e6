namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>
/// Forty minutes at the mirror port of a mail gateway (10.0.0.5) and its Exchange server (10.0.0.9): each of the 40 rows of the matrix,
/// and what the matrix does not foresee. UDP starts after the fifth minute, longer than any UDP idle timeout, so the first packet of an
/// exchange tells who began it.
/// </summary>
internal static class MailGatewayScenario
{
    public static Scenario Create()
    {
        // 2 March 2026, 08:00 UTC.
        var scenario = new Scenario(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds() * 1_000_000_000);
        var site = new Site(scenario, Hosts.LocalMacs, new HashSet<string>(StringComparer.Ordinal) { Hosts.Exchange });

        new FileTransferRows(scenario, site).Add();
        new MailAndNameRows(scenario, site).Add();
        new WebRows(scenario, site).Add();
        new DirectoryRows(scenario, site).Add();
        new ExchangeRows(scenario, site).Add();
        new FailingServices(scenario, site).Add();
        new UnexpectedTraffic(scenario, site).Add();
        new SegmentTraffic(scenario, site).Add();
        return scenario;
    }
}
