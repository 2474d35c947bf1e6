using System.Diagnostics.CodeAnalysis;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Filters;

/// <summary>
/// The frames of an <see cref="OrderedCapture"/> that pass a filter: its runs are split where a frame does not pass. Nothing is copied, and frames keep
/// the numbers that they have in the whole input. What does not pass is counted for each input. One thread.
/// </summary>
/// <param name="frames">What is filtered; it stays the caller's.</param>
/// <param name="filter">Null passes all.</param>
public sealed class FilteredCapture(OrderedCapture frames, FrameFilter? filter, CaptureInterfaces interfaces)
{
    private readonly SortedDictionary<int, long> _filteredOut = [];
    private FrameBatch? _batch;
    private int _next, _end;
    private long _number;

    /// <summary>As <see cref="OrderedCapture.ReadRun"/>.</summary>
    /// <exception cref="FilterException">The expression makes no sense on a link type that was met.</exception>
    public bool ReadRun([NotNullWhen(true)] out FrameBatch? batch, out int start, out int count, out long firstNumber)
    {
        if (filter is null) return frames.ReadRun(out batch, out start, out count, out firstNumber);
        while (true)
        {
            if (_next == _end)
            {
                if (!frames.ReadRun(out _batch, out _next, out int read, out _number))
                {
                    batch = null;
                    start = count = 0;
                    firstNumber = 0;
                    _next = _end = 0;
                    return false;
                }

                _end = _next + read;
            }

            int first = _next;
            while (_next < _end && Passes(_batch!.Frames[_next])) _next++;
            (batch, start, count, firstNumber) = (_batch!, first, _next - first, _number);
            _number += count;

            // The frame that ended the run did not pass.
            if (_next < _end)
            {
                CountOut(_batch!.Frames[_next].Interface);
                _next++;
                _number++;
            }

            if (count > 0) return true;
        }
    }

    /// <summary>The summaries of the inputs with what was filtered out of each.</summary>
    public IReadOnlyList<InputSummary> Complete(IReadOnlyList<InputSummary> summaries) =>
        [.. summaries.Select((summary, i) => _filteredOut.TryGetValue(i, out long count) ? summary with { FramesFilteredOut = count } : summary)];

    private bool Passes(in FrameDescriptor frame) =>
        filter!.Matches(_batch!.Block.Slice(frame.Offset, frame.CapturedLength), frame.WireLength, frame.LinkType);

    private void CountOut(ushort number)
    {
        int input = interfaces[number].Input;
        _filteredOut[input] = _filteredOut.GetValueOrDefault(input) + 1;
    }
}
