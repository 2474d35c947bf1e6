using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Engine;

/// <summary>Reads the first payloads of each side of a flow, and knows when it has read enough.</summary>
internal static class PayloadReader
{
    /// <summary>Payloads of a side that are looked at: the first may be a part of a message, or repeated.</summary>
    private const int MostTries = 2;

    /// <summary>The same for protocols that may go on in TLS.</summary>
    private const int MostTriesBeforeTls = 12;

    private const int LowIsClient = 1, HighIsClient = 2;

    /// <returns>Whether more payloads are of use.</returns>
    public static bool Read(in FlowPayload payload, ref FlowSpeech speech)
    {
        int most = MaySwitch((Application)speech.Application) ? MostTriesBeforeTls : MostTries;
        if ((payload.FromHigh ? speech.HighRead : speech.LowRead) < most)
        {
            speech.CountRead(payload.FromHigh);
            Recognize(in payload, payload.Bytes, ref speech);
        }

        if (IsKnown(in speech)) return false;
        if (speech.Application == 0 && speech.LowRead + speech.HighRead > MostTries && speech.LowRead > 0 && speech.HighRead > 0) return false;
        return speech.LowRead < most || speech.HighRead < most;
    }

    /// <summary>Learns what the bytes show, which may be those of several payloads of the same side.</summary>
    public static void Recognize(in FlowPayload payload, ReadOnlySpan<byte> bytes, ref FlowSpeech speech)
    {
        if (ApplicationRecognizer.TryRecognize(bytes, payload.Protocol, payload.SourcePort, payload.DestinationPort, out RecognizedApplication seen))
            Take(in seen, payload.FromHigh, ref speech);
    }

    /// <summary>Application and client are proven, and will not change.</summary>
    public static bool IsKnown(in FlowSpeech speech) =>
        speech.Confidence == (byte)RecognitionConfidence.Payload && speech.Clients != 0 && !MaySwitch((Application)speech.Application);

    /// <summary>What the flow speaks; unrecognized when payloads were looked at and are nothing known.</summary>
    public static RecognizedApplication Of(in FlowSummary flow)
    {
        FlowSpeech speech = flow.Speech;
        var application = (Application)speech.Application;
        if (application == Application.Unknown && speech.LowRead + speech.HighRead > 0 && speech.Marks == 0) application = Application.Unrecognized;
        return new(application, SenderRole.Unknown, (RecognitionConfidence)speech.Confidence, (SpeechMarks)speech.Marks);
    }

    private static void Take(in RecognizedApplication seen, bool fromHigh, ref FlowSpeech speech)
    {
        speech.Marks |= (byte)seen.Marks;
        if (seen.Sender != SenderRole.Unknown && seen.Confidence == RecognitionConfidence.Payload)
            speech.Clients |= (byte)(seen.Sender == SenderRole.Client == fromHigh ? HighIsClient : LowIsClient);
        if (seen.Application == Application.Unknown || (byte)seen.Confidence <= speech.Confidence) return;
        speech.Application = (byte)seen.Application;
        speech.Confidence = (byte)seen.Confidence;
    }

    private static bool MaySwitch(Application application) =>
        application is Application.Ftp or Application.Smtp or Application.Imap or Application.Pop3 or Application.Ldap;
}
