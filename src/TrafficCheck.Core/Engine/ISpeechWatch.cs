using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>Sees what each payload adds to what is known of its flow, in the order of the packets of each address family.</summary>
internal interface ISpeechWatch
{
    void Read(in FlowPayload payload, FlowSpeech before, FlowSpeech after);
}
