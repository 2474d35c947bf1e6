namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>Who talks in the mail gateway sample. All outside addresses are reserved for documentation (RFC 5737, RFC 3849).</summary>
internal static class Hosts
{
    public const string Gateway = "10.0.0.5";
    public const string Gateway6 = "2001:db8:10::5";
    public const string Exchange = "10.0.0.9";
    public const string Router = "10.0.0.1";
    public const string Workstation = "10.0.0.20";

    public const string DomainController = "10.1.0.10";
    public const string Administrator = "10.20.0.31";

    public const string Resolver = "192.0.2.53";
    public const string DeadResolver = "192.0.2.54";
    public const string Collector = "192.0.2.114";
    public const string DeadCollector = "192.0.2.115";
    public const string TrapSink = "192.0.2.40";

    public const string BackupFtp = "203.0.113.20";
    public const string PartnerFtp = "203.0.113.21";
    public const string BackupFtps = "203.0.113.22";
    public const string BackupSftp = "203.0.113.23";
    public const string RemoteMx = "203.0.113.25";
    public const string RemoteMx2 = "203.0.113.26";
    public const string Vendor = "198.51.100.80";
    public const string KeyServer = "198.51.100.160";

    public static IReadOnlyDictionary<string, string> LocalMacs { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Gateway] = "02:00:00:00:00:05",
        [Gateway6] = "02:00:00:00:00:05",
        [Exchange] = "02:00:00:00:00:09",
        [Workstation] = "02:00:00:00:00:20",
        [Router] = Site.RouterMac,
    };
}
