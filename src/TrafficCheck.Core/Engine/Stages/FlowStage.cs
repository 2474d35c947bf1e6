using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// The second stage: takes the packets of batches into the flow tables, and what has to happen between them at its place. One thread at a time; what it
/// finds depends on the sequence of packets, not on how they were cut into batches.
/// </summary>
internal sealed unsafe class FlowStage<TSink> : IDisposable
    where TSink : struct, IFlowSink
{
    private readonly FlowTable<Ipv4Key> _v4;
    private readonly FlowTable<Ipv6Key> _v6;
    private readonly FlowLimits _limits;
    private PeerNaming? _names;
    private readonly HashSeed _seed;

    /// <summary>What became of fragmented errors, for their later fragments; null until there is one.</summary>
    private FragmentTable? _fragmentedErrors;
    private TSink _sink;
    private long _framesTaken;

    /// <param name="names">Learns from DNS answers; null when nobody asks for names.</param>
    public FlowStage(HashSeed seed, FlowTimeouts timeouts, FlowLimits limits, TSink sink, PeerNaming? names)
    {
        _v4 = new(seed, timeouts, limits);
        _v6 = new(seed, timeouts, limits);
        _seed = seed;
        _limits = limits;
        _sink = sink;
        _names = names;
    }

    public FlowTable<Ipv4Key> V4 => _v4;

    public FlowTable<Ipv6Key> V6 => _v6;

    /// <summary>ICMP errors about flows that are live: they are no flows of their own.</summary>
    public long IcmpErrorsOfFlows { get; private set; }

    /// <summary>ICMP errors about flows that had ended when they came.</summary>
    public long IcmpErrorsOfEndedFlows { get; private set; }

    /// <summary>Where it is told what was taken, or null.</summary>
    public RunCounters? Counters { get; init; }

    /// <summary>Learns from DNS answers; null when nobody asks for names. To be set while nothing is taken.</summary>
    public PeerNaming? Names
    {
        set => _names = value;
    }

    /// <summary>Where it is noted what became of the parts of an aggregate, or null.</summary>
    public List<PartFate>? PartFates { get; init; }

    public void Take(PacketBatch batch)
    {
        _limits.NowNs = batch.NowNs;
        _v4.Begin(batch.V4Run);
        _v6.Begin(batch.V6Run);
        bool inOrder = _limits.Live + batch.V4Count + batch.V6Count + (2 * batch.ErrorCount) > _limits.Max;
        int answers = 0;
        for (int i = 0; i < batch.ErrorCount; i++)
        {
            IcmpError* error = batch.Errors + i;
            LearnUntil(batch, ref answers, error->Place, inOrder);
            TakeUntil(batch, error->V4Before, error->V6Before, inOrder);
            Take(error);
        }

        LearnUntil(batch, ref answers, int.MaxValue, inOrder);
        TakeUntil(batch, batch.V4Count, batch.V6Count, inOrder);
        _framesTaken = batch.FramesRead;
        Tell();
    }

    /// <summary>
    /// No frames came, and time went on: ends flows that are idle by now. Looks at a bounded number of records, and goes on where the last call stopped.
    /// </summary>
    /// <param name="nowNs">Packet time, not before that of the frames taken.</param>
    /// <param name="budget">Records to look at; one that is ended counts for several.</param>
    /// <returns>Whether all records were looked at for this time.</returns>
    public bool Tick(long nowNs, int budget)
    {
        _limits.NowNs = Math.Max(_limits.NowNs, nowNs);
        bool done = _v4.ExpireUpTo(nowNs, ref budget, ref _sink);
        done &= _v6.ExpireUpTo(nowNs, ref budget, ref _sink);
        Tell();
        return done;
    }

    /// <inheritdoc cref="FlowTable{TKey}.Trim"/>
    public void Trim()
    {
        _v4.Trim();
        _v6.Trim();
    }

    /// <summary>Shows all live flows as they would end now; nothing changes.</summary>
    public void Visit<TOther>(ref TOther sink)
        where TOther : struct, IFlowSink
    {
        _v4.Visit(ref sink);
        _v6.Visit(ref sink);
    }

    /// <summary>The input is over: all flows end.</summary>
    public void End()
    {
        _v4.End(ref _sink);
        _v6.End(ref _sink);
        Tell();
    }

    private void Tell() => Counters?.Took(_framesTaken, _limits.Live, _v4.Opened + _v6.Opened, _v4.Packets + _v6.Packets);

    public void Dispose()
    {
        _v4.Dispose();
        _v6.Dispose();
        _fragmentedErrors?.Dispose();
    }

    /// <summary>Learns the names of the answers before a place, each between the packets it came between: flows that ended before it knew nothing of it.</summary>
    private void LearnUntil(PacketBatch batch, ref int next, int place, bool inOrder)
    {
        for (; next < batch.AnswerCount && batch.Answers[next].Place < place; next++)
        {
            ref readonly DnsAnswer answer = ref batch.Answers[next];
            TakeUntil(batch, answer.V4Before, answer.V6Before, inOrder);
            _names!.Learn(in answer.Packet, answer.Client, answer.Arrival.Frame, answer.Arrival.TimestampNs);
        }
    }

    /// <param name="inOrder">
    /// Both families in the order of the frames, because flows may have to make room, and which ones do depends on it; else one after the other, because
    /// nothing guesses which family comes next.
    /// </param>
    private void TakeUntil(PacketBatch batch, int v4, int v6, bool inOrder)
    {
        while (inOrder && _v4.Taken < v4 && _v6.Taken < v6)
        {
            int next4 = _v4.Taken, next6 = _v6.Taken;
            if (batch.V4[next4].Head.Place < batch.V6[next6].Head.Place)
            {
                while (next4 < v4 && batch.V4[next4].Head.Place < batch.V6[next6].Head.Place) next4++;
                _v4.Take(next4, ref _sink);
            }
            else
            {
                while (next6 < v6 && batch.V6[next6].Head.Place < batch.V4[next4].Head.Place) next6++;
                _v6.Take(next6, ref _sink);
            }
        }

        _v4.Take(v4, ref _sink);
        _v6.Take(v6, ref _sink);
    }

    /// <summary>An ICMP error marks the live flow whose packet it quotes. One about a flow that has ended, and was judged, is counted.</summary>
    private void Take(IcmpError* error)
    {
        if (error->IsLater)
        {
            if (_fragmentedErrors is { } known && known.Later(in error->Datagram, 0, error->TimestampNs, 0, out FirstFragment first) && first.IsErrorOfFlow) IcmpErrorsOfFlows++;
            else TakeItself(error);
            return;
        }

        QuotedFlow flow = error->Version == 4
            ? _v4.TryMark(in error->QuotedV4, error->Marks, error->TimestampNs)
            : _v6.TryMark(in error->QuotedV6, error->Marks, error->TimestampNs);
        if (error->IsFragment)
        {
            _fragmentedErrors ??= new FragmentTable(_seed);
            _fragmentedErrors.First(in error->Datagram, new FirstFragment(0, 0, 0, IsErrorOfFlow: flow != QuotedFlow.Unknown), error->TimestampNs);
        }

        if (flow == QuotedFlow.Unknown)
        {
            TakeItself(error);
            return;
        }

        // What waited was its own fragments.
        if (error->HasWaited) IcmpErrorsOfFlows += error->Version == 4 ? error->WaitedV4.Head.Packets : error->WaitedV6.Head.Packets;
        if (flow == QuotedFlow.Live) IcmpErrorsOfFlows++;
        else IcmpErrorsOfEndedFlows++;
        if (error->Part >= 0 && PartFates is not null && error->Part < PartFates.Count)
            PartFates[error->Part] = flow == QuotedFlow.Live ? PartFate.ErrorOfFlow : PartFate.ErrorOfEndedFlow;
    }

    private void TakeItself(IcmpError* error)
    {
        if (error->Version == 4)
        {
            if (error->HasWaited) _v4.TakeOne(&error->WaitedV4, ref _sink);
            _v4.TakeOne(&error->V4, ref _sink);
        }
        else
        {
            if (error->HasWaited) _v6.TakeOne(&error->WaitedV6, ref _sink);
            _v6.TakeOne(&error->V6, ref _sink);
        }
    }
}
