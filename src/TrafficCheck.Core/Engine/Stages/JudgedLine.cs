using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// The third stage: what judged flows add to the sums, and what flows prove of their sockets. Nothing in it is asked for while flows are judged, so it may be
/// done by another thread: from <see cref="Share"/> on, which pays at the end of the input, when all live flows are judged at once. In the order in which it
/// was handed on, in any case.
/// </summary>
internal sealed class JudgedLine(ServerLedger servers, IJudgedFlowSink[] sinks) : IDisposable
{
    private const int Batches = 8;

    private StageThread<JudgedFlows>? _thread;

    /// <summary>From now on another thread takes part.</summary>
    /// <param name="untilThread">Batches that are taken before it is started.</param>
    public void Share(int untilThread) => _thread ??= new("sums", Batches, untilThread, () => new JudgedFlows(), TakeAll);

    /// <summary>Notes what a flow that ended proves of its sockets.</summary>
    /// <param name="protects">It has a protected end.</param>
    public void Note(in FlowSummary flow, in FlowReading reading, bool protects)
    {
        if (_thread is null)
        {
            servers.Note(in flow, in reading, protects);
            return;
        }

        ref JudgedFlows.Item item = ref Next();
        item.Flow = flow;
        item.Reading = reading;
        item.Proves = true;
        item.Protects = protects;
        item.IsJudged = false;
    }

    /// <param name="noted">The last call was <see cref="Note"/>, with the same flow.</param>
    public void Deliver(in FlowSummary flow, in Judgement judgement, bool noted)
    {
        if (_thread is null)
        {
            foreach (IJudgedFlowSink sink in sinks) sink.Add(in flow, in judgement);
            return;
        }

        JudgedFlows batch = _thread.Current;
        if (noted && batch.Count > 0)
        {
            ref JudgedFlows.Item last = ref batch.Items[^1];
            last.Judgement = judgement;
            last.IsJudged = true;
            return;
        }

        ref JudgedFlows.Item item = ref Next();
        item.Flow = flow;
        item.Judgement = judgement;
        item.Proves = false;
        item.IsJudged = true;
    }

    /// <summary>Waits until everything is in the sums and in the ledger.</summary>
    public void Drain()
    {
        if (_thread is null) return;
        _thread.Send();
        _thread.Drain();
    }

    public void Dispose() => _thread?.Dispose();

    /// <summary>A full batch goes on before the next flow, not behind the last: its judgement may be still to come.</summary>
    private ref JudgedFlows.Item Next()
    {
        if (_thread!.Current.IsFull) _thread.Send();
        return ref _thread.Current.Add();
    }

    private void TakeAll(JudgedFlows batch)
    {
        foreach (ref readonly JudgedFlows.Item item in batch.Items)
        {
            if (item.Proves) servers.Note(in item.Flow, in item.Reading, item.Protects);
            if (!item.IsJudged) continue;
            foreach (IJudgedFlowSink sink in sinks) sink.Add(in item.Flow, in item.Judgement);
        }

        batch.Clear();
    }
}
