namespace TrafficCheck.Core.Recognition;

/// <summary>
/// What one payload shows. <see cref="Application"/> may be <see cref="Recognition.Application.Unknown"/> although <see cref="Sender"/> is
/// known: a greeting <c>220</c> comes from a server, be it SMTP or FTP. The role is proven only with
/// <see cref="RecognitionConfidence.Payload"/>. The default value says that nothing was recognized.
/// </summary>
public readonly record struct RecognizedApplication(Application Application, SenderRole Sender, RecognitionConfidence Confidence, SpeechMarks Marks = SpeechMarks.None)
{
    public bool IsNothing => Confidence == RecognitionConfidence.None;

    internal static RecognizedApplication Sure(Application application, SenderRole sender, SpeechMarks marks = SpeechMarks.None) =>
        new(application, sender, RecognitionConfidence.Payload, marks);

    internal static RecognizedApplication Fits(Application application, SenderRole sender, SpeechMarks marks = SpeechMarks.None) =>
        new(application, sender, RecognitionConfidence.Pattern, marks);
}
