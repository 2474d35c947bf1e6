namespace TrafficCheck.Live.Alerts;

/// <summary>What is told, how often, and how much is kept.</summary>
public sealed record AlertOptions
{
    public AlertKinds Kinds { get; init; } = AlertKinds.Default;

    /// <summary>Alerts of single findings within a minute; what is beyond is told as a sum.</summary>
    public int MostPerMinute { get; init; } = 60;

    /// <summary>Findings whose totals are remembered; further ones are only counted.</summary>
    public int MostRemembered { get; init; } = 10_000;

    /// <summary>Alerts that wait for one receiver; of more, the oldest are dropped and counted.</summary>
    public int QueueLength { get; init; } = 1000;

    /// <summary>Growing totals of a finding are told when this long has passed since it was last told: the first, the second, and from then on the last.</summary>
    public IReadOnlyList<TimeSpan> UpdateAfter { get; init; } = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    /// <summary>A finding that reports no longer have is withdrawn after this long: one picture may lack what the next has again.</summary>
    public TimeSpan WithdrawAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A receiver that cannot be reached is tried for an alert this long.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Connecting, sending and waiting for an answer, each time.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A command is killed after this long.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>0 to 1, for each wait before a further try, so that many senders do not come at once; null for random numbers.</summary>
    public Func<double>? Jitter { get; init; }
}
