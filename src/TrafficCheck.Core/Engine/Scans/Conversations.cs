using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>
/// How many targets each initiator has conversations with on a port, and how many conversations each protected target begins in a minute: who
/// mostly succeeds is no scanner, and a busy service no flooded one. Bounded; what is not followed is counted and makes a scan or flood of what
/// would else be failing tries.
/// </summary>
internal sealed class Conversations
{
    /// <summary>16 MB of the first, 80 bytes each of the second.</summary>
    private const int MaxInitiators = 3 << 18, MaxMinutes = 1 << 18;

    /// <summary>
    /// By 48 bits of a secret hash of the initiator above the port. A million initiators are taken for a given scanner with a chance of one in 2^28; the
    /// whole key would take three times the memory.
    /// </summary>
    private TargetTallies _byInitiator = new(MaxInitiators);

    private readonly UInt128 _secret = new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));

    private Dictionary<Minute, int> _byMinute = [];

    private long _minutesNotFollowed;

    /// <summary>Conversations that found no room.</summary>
    public long NotFollowed => _minutesNotFollowed + _byInitiator.NotKept;

    public void Add(in Initiator initiator, IpAddress target, int port, long firstNs)
    {
        _byInitiator.Add(KeyOf(in initiator, port), FixedHash.Of(target.Value));
        if (initiator.Direction != FlowDirection.In) return;
        var minute = Minute.Of(initiator.Subject, initiator.Protocol, target, port, firstNs);
        if (_byMinute.Count < MaxMinutes) CollectionsMarshal.GetValueRefOrAddDefault(_byMinute, minute, out _)++;
        else if (_byMinute.TryGetValue(minute, out int count)) _byMinute[minute] = count + 1;
        else _minutesNotFollowed++;
    }

    /// <summary>Targets of the initiator's conversations on the port (<see cref="TargetTallies.Targets"/>).</summary>
    public long Targets(in Initiator initiator, int port) => _byInitiator.Targets(KeyOf(in initiator, port));

    /// <summary>Conversations that the target began to have in the minute, on the port, or on all for -1.</summary>
    public IReadOnlyDictionary<Minute, int> ByMinute => _byMinute;

    /// <summary>The ports on which some initiators had conversations, ascending.</summary>
    public Dictionary<Initiator, SortedSet<int>> PortsOf(IReadOnlySet<Initiator> initiators)
    {
        var ports = new Dictionary<Initiator, SortedSet<int>>();
        if (initiators.Count == 0) return ports;
        var byKey = new Dictionary<ulong, Initiator>();
        foreach (Initiator initiator in initiators) byKey[KeyOf(in initiator, 0)] = initiator;
        foreach (ulong key in _byInitiator.Keys)
        {
            if (!byKey.TryGetValue(key & ~(ulong)ushort.MaxValue, out Initiator initiator)) continue;
            if (!ports.TryGetValue(initiator, out SortedSet<int>? of)) ports[initiator] = of = [];
            of.Add((ushort)key);
        }

        return ports;
    }

    public Conversations Fork(ForkScope scope)
    {
        var fork = (Conversations)MemberwiseClone();
        fork._byInitiator = _byInitiator.Fork(scope);
        fork._byMinute = new(_byMinute);
        return fork;
    }

    private ulong KeyOf(in Initiator who, int port)
    {
        ulong rest = ((ulong)who.Subject << 16) | ((ulong)who.Direction << 8) | who.Protocol;
        ulong hash = FixedHash.Mix(FixedHash.Of(who.Address.Value ^ _secret) ^ rest) & ~(ulong)ushort.MaxValue;
        return (hash == 0 ? 1UL << 16 : hash) | (ushort)port;
    }

    /// <summary>A minute of a target in packet time.</summary>
    public readonly record struct Minute(IpAddress Target, int Subject, int Port, byte Protocol, long Number)
    {
        private const long Length = 60_000_000_000;

        public static long NumberOf(long ns) => Math.DivRem(ns, Length, out long rest) - (rest < 0 ? 1 : 0);

        public static Minute Of(int subject, byte protocol, IpAddress target, int port, long ns) => new(target, subject, port, protocol, NumberOf(ns));
    }
}
