using System.Collections;
using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>Takes a flow that waited.</summary>
/// <returns>Whether it is done with.</returns>
internal delegate bool WaitingFlow(in FlowSummary flow);

/// <summary>
/// Flows that wait for the end of the input, in the order in which they ended: some in memory, more in a temporary file, and a bounded number in
/// all. Each family has its own bound, because the two end their flows at different times.
/// </summary>
internal sealed class WaitingFlows(int most = WaitingFlows.Most, int inMemory = WaitingFlows.InMemory) : IDisposable
{
    /// <summary>Flows of each family.</summary>
    private const int Most = 1_000_000;

    /// <summary>Flows kept in memory: 25 MB, taken as they are needed. Each was a live flow of 100 bytes.</summary>
    private const int InMemory = 131_072;

    private readonly int _block = Math.Min(4096, inMemory);
    private readonly List<FlowSummary[]> _blocks = [];
    private int _inMemory;
    private FileStream? _spill;
    private BitArray? _done;
    private long _doneCount;
    private bool _spillFails;
    private long _spilled;
    private int _v4, _v6;

    public long Count => _spilled + _inMemory;

    /// <returns>Whether there was room.</returns>
    public bool TryAdd(in FlowSummary flow)
    {
        ref int count = ref flow.Ends.LowAddress.IsV4 ? ref _v4 : ref _v6;
        if (count >= most || (_inMemory >= inMemory && !TrySpill())) return false;
        count++;
        if (_inMemory == _blocks.Count * _block) _blocks.Add(new FlowSummary[_block]);
        _blocks[_inMemory / _block][_inMemory % _block] = flow;
        _inMemory++;
        return true;
    }

    /// <summary>
    /// Hands over every flow that is still of use, and forgets those of which <paramref name="take"/> says that they are done; as often as asked. None
    /// may be added any more.
    /// </summary>
    /// <exception cref="IOException">The temporary file cannot be read any more.</exception>
    public void ForEach(WaitingFlow take)
    {
        _done ??= new BitArray((int)Count);
        if (_doneCount == Count) return;
        int at = 0;
        if (_spill is not null)
        {
            var part = new FlowSummary[Math.Min(_block, 1024)];
            _spill.Position = 0;
            for (long left = _spilled; left > 0;)
            {
                Span<FlowSummary> read = part.AsSpan(0, (int)Math.Min(left, part.Length));
                _spill.ReadExactly(MemoryMarshal.AsBytes(read));
                foreach (ref readonly FlowSummary flow in read) Take(at++, in flow, take);
                left -= read.Length;
            }
        }

        for (int i = 0; i < _inMemory; i++) Take(at++, in _blocks[i / _block][i % _block], take);
    }

    private void Take(int at, in FlowSummary flow, WaitingFlow take)
    {
        if (_done![at] || !take(in flow)) return;
        _done[at] = true;
        _doneCount++;
    }

    public void Dispose() => _spill?.Dispose();

    /// <summary>Without room for a temporary file fewer flows can wait, and the run goes on.</summary>
    private bool TrySpill()
    {
        if (_spillFails) return false;
        int written = 0;
        try
        {
            _spill ??= new FileStream(
                Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.DeleteOnClose);
            foreach (FlowSummary[] block in _blocks)
            {
                int count = Math.Min(_inMemory - written, block.Length);
                _spill.Write(MemoryMarshal.AsBytes(block.AsSpan(0, count)));
                written += count;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _spillFails = true;
            return false;
        }

        _spilled += _inMemory;
        _inMemory = 0;
        return true;
    }
}
