using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Alerts;

namespace TrafficCheck.Live.Evidence;

/// <summary>
/// Finds the frames of findings among those that were kept: the frames that a report names, and the first others of their flows; each once. Memory is
/// bounded by the number of findings and of frames of each. One thread.
/// </summary>
internal sealed class FindingFrames(EvidenceOptions options, string run, FirstFrames store)
{
    /// <summary>Flows of a finding that are followed: those named first, and what a scan found open.</summary>
    private const int MostFlows = 32;

    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly List<StoredFrame> _found = [];

    /// <summary>Frames that a report named and that were not kept, or not any more.</summary>
    public long Missed { get; private set; }

    /// <summary>Findings of the last report that get no file, because there are too many.</summary>
    public int Unfiled { get; private set; }

    /// <param name="take">Takes a job, or says that there is no room now; then the frames are asked for again with the next report.</param>
    public void Take(CheckReport report, Func<EvidenceJob, bool> take)
    {
        Unfiled = 0;
        foreach (Finding finding in report.Findings)
        {
            string key = FindingIdentity.Of(finding);
            if (!_known.TryGetValue(key, out Known? known))
            {
                if (_known.Count >= options.MostFindings)
                {
                    Unfiled++;
                    continue;
                }

                _known.Add(key, known = new Known(EvidenceText.FileName(run, key)));
            }

            if (known.Written.Count >= options.FramesPerFinding) continue;
            List<EvidenceFrame> frames = Gather(known, finding);
            if (frames.Count == 0) continue;
            frames.Sort((a, b) => (a.TimestampNs, a.Number).CompareTo((b.TimestampNs, b.Number)));
            if (!take(new EvidenceJob(known.FileName, finding, frames))) return;
            foreach (EvidenceFrame frame in frames) known.Written.Add(frame.Number);
        }
    }

    private List<EvidenceFrame> Gather(Known known, Finding finding)
    {
        List<EvidenceFrame> frames = [];
        foreach (long number in finding.Frames) Ask(known, number);
        foreach (AnsweredProbe open in finding.Answered) Ask(known, open.Frame);
        for (int i = 0; i < known.Flows.Count; i++)
        {
            (ulong flow, long from) = known.Flows[i];
            _found.Clear();
            store.AddFramesOf(flow, from, _found);
            if (_found.Count == 0 && store.TryFind(from, out StoredFrame alone)) _found.Add(alone);
            foreach (StoredFrame frame in _found) Add(known, frames, in frame, EvidenceText.OfFrame(finding, i + 1, frame.Number));
        }

        foreach (NamedPeer name in finding.PeerNames)
        {
            if (store.TryFind(name.Frame, out StoredFrame frame)) Add(known, frames, in frame, EvidenceText.OfName(finding, name));
        }

        return frames;
    }

    private void Ask(Known known, long number)
    {
        if (known.Asked.Count >= MostFlows || !known.Asked.Add(number)) return;
        if (store.TryFind(number, out StoredFrame frame)) known.Flows.Add((frame.Flow, number));
        else Missed++;
    }

    private void Add(Known known, List<EvidenceFrame> frames, in StoredFrame frame, string comment)
    {
        long number = frame.Number;
        if (known.Written.Count + frames.Count >= options.FramesPerFinding || known.Written.Contains(number) || frames.Exists(f => f.Number == number)) return;
        frames.Add(new(number, frame.TimestampNs, frame.WireLength, frame.Interface, frame.LinkType, store.BytesOf(in frame).ToArray(), comment));
    }

    private sealed class Known(string fileName)
    {
        public string FileName { get; } = fileName;

        /// <summary>Numbers that reports named.</summary>
        public HashSet<long> Asked { get; } = [];

        /// <summary>Flows of those that were found, from which frame on.</summary>
        public List<(ulong Flow, long From)> Flows { get; } = [];

        /// <summary>Numbers of frames that are in the file or on their way there.</summary>
        public HashSet<long> Written { get; } = [];
    }
}
