using System.Collections;

namespace TrafficCheck.Core.Wire;

/// <summary>One interface that frames were captured on.</summary>
/// <param name="Input">Index of the input (file or device) in the run's list of inputs.</param>
/// <param name="Id">Number of the interface inside its input and section.</param>
/// <param name="Name">Name given by the capture, or null. Untrusted text.</param>
/// <param name="SnapLength">Bytes kept of each frame; 0 when unlimited or unknown.</param>
public sealed record CaptureInterface(int Input, int Id, string? Name, LinkType LinkType, uint SnapLength);

/// <summary>
/// All interfaces of a run. A descriptor holds a 16-bit index into it; what does not fit shares the last entry. Any thread may add and read; an index
/// that a descriptor has can be read.
/// </summary>
public sealed class CaptureInterfaces : IReadOnlyList<CaptureInterface>
{
    public const int Limit = ushort.MaxValue;

    private readonly Lock _adding = new();

    /// <summary>Replaced when it is full; entries below the count never change.</summary>
    private volatile CaptureInterface[] _items = new CaptureInterface[4];
    private volatile int _count;

    public IReadOnlyList<CaptureInterface> All => this;

    public int Count => _count;

    public CaptureInterface this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count, nameof(index));
            return _items[index];
        }
    }

    public ushort Add(CaptureInterface item)
    {
        lock (_adding)
        {
            int count = _count;
            if (count == Limit) return Limit - 1;
            CaptureInterface[] items = _items;
            if (count == items.Length) Array.Resize(ref items, Math.Min(Limit, 2 * count));
            items[count] = item;
            _items = items;
            _count = count + 1;
            return (ushort)count;
        }
    }

    public IEnumerator<CaptureInterface> GetEnumerator()
    {
        for (int i = 0; i < _count; i++) yield return _items[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
