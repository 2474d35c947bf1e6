namespace TrafficCheck.Core.Recognition;

/// <summary>
/// What one payload shows. <see cref="Application"/> may be <see cref="Recognition.Application.Unknown"/> although <see cref="Sender"/> is
/// known: a greeting <c>220</c> comes from a server, be it SMTP or FTP. The role is proven only with
/// <see cref="RecognitionConfidence.Payload"/>. The default value says that nothing was recognized.
/// </summary>
public readonly record struct RecognizedApplication(Application Application, SenderRole Sender, RecognitionConfidence Confidence, SpeechMarks Marks = SpeechMarks.None)
{
    public bool IsNothing => Confidence == RecognitionConfidence.None;

    /// <summary>
    /// What both directions of a flow show together, told as of the first. The surer one names the application; where both are as sure of
    /// different ones, what the server speaks counts (a request of HTTP to a server of SSH), and HKP is the better name for its HTTP answers.
    /// Roles that contradict each other give none.
    /// </summary>
    public static RecognizedApplication Join(in RecognizedApplication forth, in RecognizedApplication back)
    {
        RecognitionConfidence most = forth.Confidence > back.Confidence ? forth.Confidence : back.Confidence;
        SenderRole one = forth.Confidence == most ? forth.Sender : SenderRole.Unknown, other = back.Confidence == most ? Opposite(back.Sender) : SenderRole.Unknown;
        SenderRole sender = one == SenderRole.Unknown ? other : other == SenderRole.Unknown || other == one ? one : SenderRole.Unknown;
        bool takeBack = forth.Confidence < most || (back.Confidence == most && Outweighs(back, forth, sender));
        return new(takeBack ? back.Application : forth.Application, sender, most, forth.Marks | back.Marks);
    }

    private static bool Outweighs(in RecognizedApplication back, in RecognizedApplication forth, SenderRole sender)
    {
        if (back.Application == Application.Unknown || forth.Application == Application.Unknown) return forth.Application == Application.Unknown;
        if (back.Application == Application.Hkp || forth.Application == Application.Hkp) return back.Application == Application.Hkp;
        // Without roles any choice will do that does not depend on which direction comes first.
        return sender == SenderRole.Unknown ? back.Application < forth.Application : sender == SenderRole.Client;
    }

    private static SenderRole Opposite(SenderRole role) => role switch
    {
        SenderRole.Client => SenderRole.Server,
        SenderRole.Server => SenderRole.Client,
        _ => SenderRole.Unknown,
    };

    /// <summary>The same as a mere pattern.</summary>
    internal RecognizedApplication Weaker() => IsNothing ? this : this with { Confidence = RecognitionConfidence.Pattern };

    internal static RecognizedApplication Sure(Application application, SenderRole sender, SpeechMarks marks = SpeechMarks.None) =>
        new(application, sender, RecognitionConfidence.Payload, marks);

    internal static RecognizedApplication Fits(Application application, SenderRole sender, SpeechMarks marks = SpeechMarks.None) =>
        new(application, sender, RecognitionConfidence.Pattern, marks);
}
