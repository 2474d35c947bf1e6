namespace TrafficCheck.Core.Wire;

/// <summary>One interface that frames were captured on.</summary>
/// <param name="Input">Index of the input (file or device) in the run's list of inputs.</param>
/// <param name="Id">Number of the interface inside its input and section.</param>
/// <param name="Name">Name given by the capture, or null. Untrusted text.</param>
/// <param name="SnapLength">Bytes kept of each frame; 0 when unlimited or unknown.</param>
public sealed record CaptureInterface(int Input, int Id, string? Name, LinkType LinkType, uint SnapLength);

/// <summary>
/// All interfaces of a run. A descriptor holds a 16-bit index into it; what does not fit shares the last entry.
/// </summary>
public sealed class CaptureInterfaces
{
    public const int Limit = ushort.MaxValue;

    private readonly List<CaptureInterface> _all = [];

    public IReadOnlyList<CaptureInterface> All => _all;

    public ushort Add(CaptureInterface item)
    {
        lock (_all)
        {
            if (_all.Count < Limit) _all.Add(item);
            return (ushort)(_all.Count - 1);
        }
    }
}
