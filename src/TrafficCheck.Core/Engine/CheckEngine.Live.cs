using System.Net;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <content>A run that goes on: reports of a moment, periods, and time that passes without frames.</content>
public sealed partial class CheckEngine
{
    /// <summary>Records that a tick looks at unless told otherwise: a few milliseconds.</summary>
    private const int TickBudget = 1 << 16;

    /// <summary>Control connections that ended shortly before the next period may still be asked for, however short periods are.</summary>
    private const long KeptAfterEndNs = 300_000_000_000;

    private EarlierPeriods _earlier;
    private IReadOnlyList<ProvenServer> _provenBefore = [];
    private ReportSnapshot? _closed;
    private long _periodNs = long.MinValue;

    /// <summary>The report as things stand; nothing changes. It is what <see cref="Finish"/> would report now.</summary>
    /// <inheritdoc cref="Fork"/>
    /// <inheritdoc cref="ReportSnapshot.Build"/>
    public CheckReport Snapshot(
        IReadOnlyList<InputSummary> inputs, IReadOnlyList<KeyValuePair<string, string>> parameters, ExitRules rules, bool activeOnly = false)
    {
        using ReportSnapshot snapshot = Fork(activeOnly);
        return snapshot.Build(inputs, parameters, rules);
    }

    /// <summary>
    /// The short part of a snapshot: waits until all that was processed is in the flows, copies the sums, and the live flows. The run may then go on
    /// while another thread judges these as if they had ended, and builds the report.
    /// </summary>
    /// <param name="activeOnly">
    /// Live flows without a packet since the period began, by packet time, are left to later periods, which will have them; only what they prove of others counts.
    /// </param>
    /// <param name="begunUntilNs">
    /// Live flows that began later, by packet time in nanoseconds since 1970, and have no answer yet are left out likewise: an answer may be on its way, and a service that
    /// has not answered for a millisecond does not fail.
    /// </param>
    public ReportSnapshot Fork(bool activeOnly = false, long begunUntilNs = long.MaxValue) => Fork(activeOnly ? _periodNs : long.MinValue, begunUntilNs, closes: false);

    /// <summary>
    /// Ends the period and returns its report: that of the flows that ended in it. What waits is judged by what is known now, and scans are told. Live flows
    /// go on, and are in the report of the period in which they end. The counts of frames, packets and flows are of the whole run.
    /// </summary>
    /// <inheritdoc cref="BeginPeriod"/>
    public CheckReport ClosePeriod(
        IReadOnlyList<InputSummary> inputs, IReadOnlyList<KeyValuePair<string, string>> parameters, ExitRules rules, AllowedMatrix? matrix = null,
        IReadOnlyList<IReadOnlyList<IPNetwork>>? protectedHosts = null)
    {
        ReportSnapshot closed = BeginPeriod(matrix, protectedHosts);
        if (_keepRows) _closed = closed;
        try
        {
            return closed.Build(inputs, parameters, rules);
        }
        finally
        {
            if (!_keepRows) closed.Dispose();
        }
    }

    /// <summary>
    /// Ends the period, and begins the next. The report of the one that ended is built of what this returns, by any thread; until then the observer has not seen
    /// what waited in it.
    /// <para>
    /// Servers that were proven stay known as from a ledger of earlier runs. Names, announcements, control connections and live flows go on. Live flows, and
    /// control connections that ended, are judged by the new matrix. Payloads of live flows that nobody asked for are not read later.
    /// </para>
    /// </summary>
    /// <param name="matrix">The matrix from now on; null for the same.</param>
    /// <param name="protectedHosts">For each subject of the matrix, in its order, the addresses protected from now on; null for the same.</param>
    /// <exception cref="MatrixTooLargeException">The matrix cannot be compiled. Nothing has changed.</exception>
    public ReportSnapshot BeginPeriod(AllowedMatrix? matrix = null, IReadOnlyList<IReadOnlyList<IPNetwork>>? protectedHosts = null)
    {
        // What may fail comes first.
        IReadOnlyList<IReadOnlyList<IPNetwork>> addresses = protectedHosts ?? _period.Protected;
        AllowedMatrix asked = matrix ?? _period.Matrix.Matrix;
        ArgumentOutOfRangeException.ThrowIfNotEqual(addresses.Count, asked.Subjects.Count, nameof(protectedHosts));
        CompiledMatrix compiled = matrix is null ? _period.Matrix : CompiledMatrix.Compile(matrix);
        ProtectedHosts hosts = protectedHosts is null ? _period.Hosts : new ProtectedHosts(addresses);
        bool judgesAnew = matrix is not null || protectedHosts is not null;

        ReportSnapshot closed = Fork(long.MaxValue, long.MaxValue, closes: true);
        JudgedPeriod before = _period;
        _earlier = new(_earlier.Flows + before.Judge.Flows, _earlier.Packets + before.Judge.Packets);
        if (KeepsProofs) _provenBefore = Proven();
        ServerLedger servers = before.Judge.Servers.Next(asked, _options.Seed ?? HashSeed.Random(), KeepsProofs);
        Forget();
        _intake.Flows.Trim();
        if (judgesAnew) Ask(asked, compiled, hosts);
        _period = new JudgedPeriod(compiled, addresses, hosts, servers, _names, _related, _ftp, _options.JudgeLinkScope, _keepRows, _observer);
        _seat.Judge = _period.Judge;
        before.Dispose();
        if (judgesAnew)
        {
            foreach (ControlConnection control in _related?.All ?? [])
            {
                control.Forget();
                if (control.LastNs != long.MaxValue) _period.Judge.JudgeAgain(control);
            }
        }

        if (_options.Threads > 2) _period.Judge.Share(_options.BatchesBeforeThreads);
        _periodNs = _intake.Frames.NowNs;
        _closed?.Dispose();
        _closed = null;
        return closed;
    }

    /// <summary>
    /// Few frames or none came, but time went on: ends flows that are idle by now. The clock of packets stays where it is: a frame that comes later with an earlier time
    /// is taken by its own time, and opens a new flow where the old one was ended. To be called again until it is done.
    /// </summary>
    /// <param name="nowNs">
    /// The time that a frame would have now, in nanoseconds since 1970 of packet time. Flows are ended by <see cref="PacketTime.ReorderWindowNs"/> less, because
    /// frames may still be on their way; but at least by the time of the last frame, since few frames do not sweep a table that a flood left behind.
    /// </param>
    /// <param name="budget">Records to look at in this call; a flow that is ended counts for sixteen.</param>
    /// <returns>Whether all live flows were looked at for this time.</returns>
    public bool Tick(long nowNs, int budget = TickBudget)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(budget);
        long last = _intake.Frames.NowNs;
        if (last == long.MinValue || nowNs < long.MinValue + PacketTime.ReorderWindowNs) return true;
        return _intake.Tick(Math.Max(nowNs - PacketTime.ReorderWindowNs, last), budget);
    }

    /// <summary>Hands on what was processed, without waiting for it: to be called when no further frames are there to fill a batch.</summary>
    public void Flush() => _intake.Flush();

    /// <param name="activeSinceNs">Live flows are judged that had a packet since then; the smallest value for all, the largest for none.</param>
    private ReportSnapshot Fork(long activeSinceNs, long begunUntilNs, bool closes)
    {
        _intake.Drain();
        JudgedPeriod fork = _period.Fork(_intake.Frames.HighestNumber, _limits.Live, closes);
        try
        {
            if (_options.Threads > 1) fork.Share(_options.BatchesBeforeThreads);
            var sums = new ForkSums();
            var sink = new ForkSink(fork, _seat.Reader, sums, activeSinceNs, begunUntilNs);
            _intake.Visit(ref sink);
            return new ReportSnapshot(fork, StageCounts.Of(_intake, sums.Idle, sums.Live, Order), _earlier, _interfaces);
        }
        catch
        {
            fork.Dispose();
            throw;
        }
    }

    /// <summary>Another matrix, or other hosts: everything that was compiled from them follows.</summary>
    private void Ask(AllowedMatrix matrix, CompiledMatrix compiled, ProtectedHosts hosts)
    {
        var ports = new ControlPorts(compiled);
        if (_names is not null)
        {
            _names.Reader.Ask(matrix);
            _names.Dns.Protect(hosts);
        }
        else if (AsksForNames(matrix)) _names = new PeerNaming(matrix, _notes, hosts);

        _ftp.Ask(matrix);
        if (_related is not null) _related.Ask(ports);
        else if (ports.Any) _related = new RelatedFlows(ports, _notes, _ftp);
        _seat.Reader = new FlowReader(_notes, _names, _related, AsksForSpeech(matrix)) { Watch = _seat.Reader.Watch };
        _intake.Ask(AsksForSpeech(matrix), _names, ports.Any ? ports : null);
    }

    /// <summary>Names and control connections that no live flow has, and that are old, make room for others.</summary>
    private void Forget()
    {
        List<FlowNote> live = [.. _notes.Live];
        _names?.Reader.Keep([.. live.Select(n => n.Name).Where(n => n != 0)]);
        if (_periodNs == long.MinValue || _limits.NowNs < long.MinValue + KeptAfterEndNs) return;
        _related?.Forget(Math.Min(_periodNs, _limits.NowNs - KeptAfterEndNs), live.SelectMany(n => (uint[])[n.Control, n.Parent]).ToHashSet());
    }

    private IReadOnlyList<ProvenServer> Proven() =>
        _provenBefore.Count == 0 ? _period.Judge.Servers.Proven : ProvenServer.Merge(_provenBefore, _period.Judge.Servers.Proven, ServerLedger.Most, out _);

    private sealed class ForkSums
    {
        public long Idle, Live;
    }

    /// <summary>Gives live flows to a fork.</summary>
    private readonly struct ForkSink(JudgedPeriod fork, FlowReader reader, ForkSums sums, long activeSinceNs, long begunUntilNs) : IFlowSink
    {
        public bool WantsOpenings => false;

        public void Open(in FlowPayload packet, ref FlowSpeech speech)
        {
        }

        public bool Read(in FlowPayload payload, ref FlowSpeech speech) => false;

        public void Close(in FlowSummary flow, FlowEnd end)
        {
            bool answered = flow.LowPackets > 0 && flow.HighPackets > 0;
            bool ends = (activeSinceNs == long.MinValue || flow.LastNs > activeSinceNs) && (answered || flow.FirstNs <= begunUntilNs);
            if (end == FlowEnd.Expired) sums.Idle++;
            else sums.Live++;
            if (flow.Speech.Note == 0) fork.Give(in flow, ends);
            else fork.Give(reader.EndInFork(in flow, fork.Names, fork.Related, ends), ends);
        }
    }
}
