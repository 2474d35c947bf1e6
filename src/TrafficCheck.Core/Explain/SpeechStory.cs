using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Explain;

/// <summary>A payload that showed something new of what its flow speaks.</summary>
/// <param name="FromHigh">The high end of the flow sent it.</param>
/// <param name="Application">What was known from then on.</param>
/// <param name="Clients">Which ends look like clients from then on: bit 0 the low end, bit 1 the high one.</param>
/// <param name="NewMarks">What it said beyond that.</param>
internal readonly record struct SpeechStep(
    long Frame, bool FromHigh, Application Application, RecognitionConfidence Confidence, byte Clients, SpeechMarks NewMarks, bool ShowsApplication, bool ShowsClient);

/// <summary>Watches what the payloads of a flow are read for. Bounded: the first few steps of each life that is told.</summary>
internal sealed class SpeechStory : ISpeechWatch
{
    private const int Most = 12;

    private readonly FlowTarget _target;
    private readonly FlowPacketWatch _packets;
    private readonly List<SpeechStep>[] _steps;

    public SpeechStory(FlowTarget target, FlowLives lives, FlowPacketWatch packets)
    {
        _target = target;
        _packets = packets;
        _steps = [.. Enumerable.Range(0, lives.ToldCount).Select(_ => new List<SpeechStep>())];
    }

    /// <summary>By life.</summary>
    public IReadOnlyList<IReadOnlyList<SpeechStep>> Steps => _steps;

    public void Read(in FlowPayload payload, FlowSpeech before, FlowSpeech after)
    {
        FlowEndpoints ends = payload.Ends;
        if (!_target.IsOf(payload.Protocol, in ends)) return;
        var marks = (SpeechMarks)(after.Marks & ~before.Marks);
        bool application = (after.Application, after.Confidence) != (before.Application, before.Confidence), client = after.Clients != before.Clients;
        if (!application && !client && marks == 0) return;

        int life = _packets.LifeOf(payload.Frame);
        if (life < 0 || _steps[life].Count >= Most) return;
        _steps[life].Add(new(
            payload.Frame, payload.FromHigh, (Application)after.Application, (RecognitionConfidence)after.Confidence, after.Clients, marks, application, client));
    }
}
