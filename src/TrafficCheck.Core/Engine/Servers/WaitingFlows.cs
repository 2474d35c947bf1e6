using System.Collections;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>Takes a flow that waited.</summary>
/// <returns>Whether it is done with.</returns>
internal delegate bool WaitingFlow(in FlowSummary flow);

/// <summary>
/// Flows that wait for the end of the input: some in memory, more in temporary files, and a bounded number in all. Each family has its own bound,
/// because the two end their flows at different times. Without room for temporary files fewer flows can wait, and the run goes on.
/// </summary>
internal sealed class WaitingFlows(int most = WaitingFlows.Most, int inMemory = WaitingFlows.InMemory) : IDisposable
{
    /// <summary>Flows of each family.</summary>
    private const int Most = 1_000_000;

    /// <summary>
    /// Flows kept in memory: 32 MB of packed ones of IPv4, half as many, 21 MB, of IPv6, and a tenth as many, 10 MB, of others. Each was a live flow of 100
    /// bytes, or of 160.
    /// </summary>
    private const int InMemory = 400_000;

    private SpillingList<PackedFlow> _packed = new(inMemory);
    private SpillingList<PackedV6Flow> _packedV6 = new(Math.Max(1, inMemory / 2));
    private SpillingList<FlowSummary> _whole = new(Math.Max(1, inMemory / 10));
    private BitArray? _done;
    private long _doneCount;
    private int _v4, _v6;

    public long Count => _packed.Count + _packedV6.Count + _whole.Count;

    /// <summary>Those that wait now, and those that are added to the fork; see <see cref="SpillingList{T}.Fork"/>.</summary>
    public WaitingFlows Fork(long more)
    {
        var fork = (WaitingFlows)MemberwiseClone();
        fork._packed = _packed.Fork(more);
        fork._packedV6 = _packedV6.Fork(more);
        fork._whole = _whole.Fork(more);
        return fork;
    }

    /// <returns>Whether there was room.</returns>
    public bool TryAdd(in FlowSummary flow)
    {
        ref int count = ref flow.Ends.LowAddress.IsV4 ? ref _v4 : ref _v6;
        if (count >= most || !TryKeep(in flow)) return false;
        count++;
        return true;
    }

    private bool TryKeep(in FlowSummary flow)
    {
        if (PackedFlow.TryPack(in flow, out PackedFlow packed)) return _packed.TryAdd(in packed);
        return PackedV6Flow.TryPack(in flow, out PackedV6Flow packedV6) ? _packedV6.TryAdd(in packedV6) : _whole.TryAdd(in flow);
    }

    /// <summary>
    /// Hands over every flow that is still of use, and forgets those of which <paramref name="take"/> says that they are done; as often as asked. None
    /// may be added any more.
    /// </summary>
    /// <exception cref="IOException">A temporary file cannot be read any more.</exception>
    public void ForEach(WaitingFlow take)
    {
        _done ??= new BitArray((int)Count);
        if (_doneCount == Count) return;
        _packed.ForEach((at, packed) =>
        {
            if (!_done![(int)at]) Take((int)at, packed.Unpack(), take);
        });
        long before = _packed.Count;
        _packedV6.ForEach((at, packed) =>
        {
            if (!_done![(int)(before + at)]) Take((int)(before + at), packed.Unpack(), take);
        });
        long others = before + _packedV6.Count;
        _whole.ForEach((at, flow) =>
        {
            if (!_done![(int)(others + at)]) Take((int)(others + at), in flow, take);
        });
    }

    public void Dispose()
    {
        _packed.Dispose();
        _packedV6.Dispose();
        _whole.Dispose();
    }

    private void Take(int at, in FlowSummary flow, WaitingFlow take)
    {
        if (!take(in flow)) return;
        _done![at] = true;
        _doneCount++;
    }
}
