using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>
/// Probes by initiator, until the end tells scans and floods from tries that merely failed. Of most initiators each probe is kept; one that
/// makes many is summed (<see cref="BusyInitiator"/>). When the room is full, what floods can already be told are summed; if that frees too
/// little, further probes are findings by their cause, and counted here.
/// </summary>
/// <param name="showsAnswers">Whether answers to datagrams of a subject were seen so far; where none are, that one has none says nothing.</param>
internal sealed class ProbeLedger(HostBudget budget, Func<int, bool> showsAnswers, int maxProbes = ProbeLedger.MaxProbes)
{
    /// <summary>Probes kept each: 21 MB, and not more than as much for their initiators.</summary>
    public const int MaxProbes = 1 << 18;

    /// <summary>Probes of one initiator kept each.</summary>
    private const int MaxEach = 64;

    /// <summary>Initiators that are summed: 20 KB each, and up to 60 KB while their causes are few.</summary>
    private const int MaxBusy = 2048;

    /// <summary>Kinds of probes: outcomes, row sets, VLANs and tunnels.</summary>
    private const int MaxCauses = 1 << 16;

    private const int PageBits = 10;

    private Dictionary<Initiator, Place> _initiators = [];

    /// <summary>Of hosts that are no initiators so far most are told by a bit in the cache, without the dictionary, which no cache holds.</summary>
    private InitiatorBits _known = new();
    private Dictionary<ProbeCause, int> _causeNumbers = [];
    private List<ProbeCause> _causes = [];
    private List<BusyInitiator> _busy = [];
    private List<Probe[]> _pages = [];
    private int _used, _free, _live;
    private bool _isFull;
    private int _lastCause;

    public Conversations Conversations { get; private set; } = new();

    /// <summary>Floods summed so far.</summary>
    public FloodLedger Floods { get; private set; } = new(budget, showsAnswers);

    /// <summary>Probes that found no room, and are findings by their cause.</summary>
    public long NotKept { get; private set; }

    public HostBudget Budget { get; private set; } = budget;

    public Func<int, bool> ShowsAnswers { get; private set; } = showsAnswers;

    /// <summary>Probes that were summed as a flood before the end, so that scans by the same hosts do not have them.</summary>
    public long SummedEarly { get; private set; }

    public Dictionary<Initiator, Place> Initiators => _initiators;

    public IReadOnlyList<BusyInitiator> Busy => _busy;

    /// <summary>Probe by its place.</summary>
    public ref Probe this[int place] => ref _pages[place >> PageBits][place & ((1 << PageBits) - 1)];

    public ref readonly ProbeCause CauseOf(in Probe probe) => ref CollectionsMarshal.AsSpan(_causes)[probe.Cause];

    /// <returns>Whether the flow is kept here; else it is to be counted by its cause.</returns>
    public bool TryAdd(in FlowSummary flow, in Judgement judgement, in FindingKey key, bool isFinding, ProbeClass kind)
    {
        FlowEndpoints ends = flow.Ends;
        var initiator = new Initiator(ends.Address(judgement.InitiatorIsHigh), judgement.Subject, judgement.Direction, flow.Protocol);
        if (kind == ProbeClass.Conversation)
        {
            Conversations.Add(in initiator, ends.Address(!judgement.InitiatorIsHigh), judgement.Port, flow.FirstNs);
            return false;
        }

        Probe probe = Probe.Of(in flow, in judgement);
        var cause = ProbeCause.Of(in flow, in judgement, in key, isFinding, kind);
        if (probe.Packets == uint.MaxValue || !TryNumber(in cause, out probe.Cause))
        {
            NotKept++;
            return false;
        }

        bool mayBeKnown = _known.Has(in initiator);
        ref Place place = ref Unsafe.NullRef<Place>();
        if (mayBeKnown) place = ref CollectionsMarshal.GetValueRefOrNullRef(_initiators, initiator);
        if (!Unsafe.IsNullRef(ref place))
        {
            if (place.Busy == 0 && place.Count >= MaxEach && _busy.Count < MaxBusy) Sum(ref place);
            if (place.Busy != 0)
            {
                _busy[place.Busy - 1].Add(in probe, in cause);
                return true;
            }
        }

        if (Floods.TryAdd(in initiator, in probe, in cause))
        {
            SummedEarly++;
            return true;
        }

        if (_live >= maxProbes && !MakeRoom())
        {
            NotKept++;
            return false;
        }

        place = ref CollectionsMarshal.GetValueRefOrAddDefault(_initiators, initiator, out _);
        if (!mayBeKnown) _known.Add(in initiator);
        Keep(ref place, in probe);
        return true;
    }

    /// <param name="answers">Takes the place of the function that tells whether answers were seen.</param>
    public ProbeLedger Fork(ForkScope scope, Func<int, bool> answers)
    {
        var fork = (ProbeLedger)MemberwiseClone();
        fork.Budget = scope.Budget;
        fork.ShowsAnswers = answers;
        fork.Conversations = Conversations.Fork(scope);
        fork.Floods = Floods.Fork(scope, answers);
        fork._initiators = new(_initiators);
        fork._known = InitiatorBits.Everybody();
        fork._causeNumbers = new(_causeNumbers);
        fork._causes = [.. _causes];
        fork._busy = [.. _busy.Select(b => b.Fork(scope))];
        fork._pages = [.. _pages.Select(p => (Probe[])p.Clone())];
        return fork;
    }

    private void Release(int place)
    {
        this[place].Next = _free;
        _free = place + 1;
        _live--;
    }

    private void Keep(ref Place place, in Probe probe)
    {
        int at = _free - 1;
        if (at >= 0) _free = this[at].Next;
        else
        {
            at = _used++;
            if (at >> PageBits == _pages.Count) _pages.Add(new Probe[1 << PageBits]);
        }

        ref Probe kept = ref this[at];
        kept = probe;
        kept.Next = place.First;
        place.First = at + 1;
        place.Count++;
        _live++;
    }

    private void Sum(ref Place place)
    {
        var busy = new BusyInitiator(Budget);
        _busy.Add(busy);
        place.Busy = _busy.Count;
        for (int next = place.First; next != 0;)
        {
            int at = next - 1;
            ref Probe probe = ref this[at];
            next = probe.Next;
            busy.Add(in probe, in CauseOf(in probe));
            Release(at);
        }

        place.First = 0;
        place.Count = 0;
    }

    private bool TryNumber(in ProbeCause cause, out int number)
    {
        // Probes come in rows of the same kind, and a cause is long to hash.
        number = _lastCause;
        if (number < _causes.Count && CollectionsMarshal.AsSpan(_causes)[number] == cause) return true;
        if (_causeNumbers.TryGetValue(cause, out number))
        {
            _lastCause = number;
            return true;
        }

        if (_causes.Count >= MaxCauses) return false;
        number = _causes.Count;
        _causes.Add(cause);
        _causeNumbers.Add(cause, number);
        return true;
    }

    private bool MakeRoom()
    {
        if (_isFull) return false;
        int before = _live;
        Floods.Take(this, new HashSet<Initiator>());
        DropTaken();
        SummedEarly += before - _live;
        _isFull = before - _live < maxProbes / 8;
        return _live < maxProbes;
    }

    /// <summary>Goes on with the initiators that have probes left: of a flood few, so that what comes next finds a small table.</summary>
    private void DropTaken()
    {
        var left = new Dictionary<Initiator, Place>();
        _known = new();
        foreach (var (who, place) in _initiators)
        {
            Place rest = place with { First = 0, Count = 0 };
            for (int next = place.First; next != 0;)
            {
                int at = next - 1;
                ref Probe probe = ref this[at];
                next = probe.Next;
                if (probe.IsTaken) Release(at);
                else
                {
                    probe.Next = rest.First;
                    rest.First = at + 1;
                    rest.Count++;
                }
            }

            if (rest.First == 0 && rest.Busy == 0) continue;
            left.Add(who, rest);
            _known.Add(in who);
        }

        _initiators = left;
    }

    /// <summary>Where the probes of an initiator are.</summary>
    internal struct Place
    {
        /// <summary>The first of its list plus one, or 0.</summary>
        public int First;

        public int Count;

        /// <summary>Number of its <see cref="BusyInitiator"/> plus one, or 0.</summary>
        public int Busy;
    }
}
