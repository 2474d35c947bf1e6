using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>
/// Flows that wait for the end of the input, in the order in which they ended: some in memory, more in a temporary file, and a bounded number in
/// all. Each family has its own bound, because the two end their flows at different times.
/// </summary>
internal sealed class WaitingFlows(int most = WaitingFlows.Most, int inMemory = WaitingFlows.InMemory) : IDisposable
{
    /// <summary>Flows of each family.</summary>
    private const int Most = 1_000_000;

    /// <summary>Flows kept in memory, about 8 MB.</summary>
    private const int InMemory = 32_768;

    private readonly List<FlowSummary> _flows = [];
    private FileStream? _spill;
    private bool _spillFails;
    private long _spilled;
    private int _v4, _v6;

    public long Count => _spilled + _flows.Count;

    /// <returns>Whether there was room.</returns>
    public bool TryAdd(in FlowSummary flow)
    {
        ref int count = ref flow.Ends.LowAddress.IsV4 ? ref _v4 : ref _v6;
        if (count >= most || (_flows.Count >= inMemory && !TrySpill())) return false;
        count++;
        _flows.Add(flow);
        return true;
    }

    /// <summary>Hands over every flow, as often as asked. None may be added meanwhile.</summary>
    /// <exception cref="IOException">The temporary file cannot be read any more.</exception>
    public void ForEach(Action<FlowSummary> take)
    {
        if (_spill is not null)
        {
            var block = new FlowSummary[Math.Min(inMemory, 1024)];
            _spill.Position = 0;
            for (long left = _spilled; left > 0;)
            {
                Span<FlowSummary> part = block.AsSpan(0, (int)Math.Min(left, block.Length));
                _spill.ReadExactly(MemoryMarshal.AsBytes(part));
                foreach (ref readonly FlowSummary flow in part) take(flow);
                left -= part.Length;
            }
        }

        foreach (FlowSummary flow in _flows) take(flow);
    }

    public void Dispose() => _spill?.Dispose();

    /// <summary>Without room for a temporary file fewer flows can wait, and the run goes on.</summary>
    private bool TrySpill()
    {
        if (_spillFails) return false;
        try
        {
            _spill ??= new FileStream(
                Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.DeleteOnClose);
            _spill.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_flows)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _spillFails = true;
            return false;
        }

        _spilled += _flows.Count;
        _flows.Clear();
        return true;
    }
}
