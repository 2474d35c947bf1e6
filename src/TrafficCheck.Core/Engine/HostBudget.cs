namespace TrafficCheck.Core.Engine;

/// <summary>
/// How many more bytes the tables of all counters of a run may take; bounds the memory that a flood of addresses can claim. The last quarter is for small
/// tables, so that a few findings with very many hosts leave the others exact.
/// </summary>
internal sealed class HostBudget(long bytes = HostBudget.Default)
{
    /// <summary>A table takes 5 to 11 bytes for an IPv4 host, four times as much for an IPv6 host.</summary>
    public const long Default = 24 << 20;

    /// <summary>
    /// The largest table: 786 432 hosts of IPv4, a quarter as many of IPv6. A counter with more becomes an estimate and gives its tables back,
    /// whatever else there is, so that this depends on its hosts alone.
    /// </summary>
    public const long LargestTable = 4 << 20;

    private const long SmallTable = 1 << 15;

    /// <summary>Counters that go on with an estimate, at 4 KB each, once there is no room for their hosts.</summary>
    private const int Estimates = 256;

    private readonly long _forSmall = bytes / 4;
    private long _left = bytes;
    private int _estimatesLeft = Estimates;

    /// <summary>Whether a table may grow from one size to another.</summary>
    public bool TryGrow(long oldBytes, long newBytes)
    {
        long more = newBytes - oldBytes, kept = newBytes > SmallTable ? _forSmall : 0;
        if (newBytes > LargestTable || _left - more < kept) return false;
        _left -= more;
        return true;
    }

    public void Give(long freed) => _left += freed;

    /// <summary>One that has as much left.</summary>
    public HostBudget Fork() => (HostBudget)MemberwiseClone();

    public HostEstimate? TakeEstimate() => _estimatesLeft-- > 0 ? new HostEstimate() : null;
}
