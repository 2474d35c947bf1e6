namespace TrafficCheck.Core.Recognition;

/// <summary>How far a recognized application can be trusted; greater is better.</summary>
public enum RecognitionConfidence : byte
{
    /// <summary>Nothing was recognized.</summary>
    None,

    /// <summary>The bytes fit, and so may those of something else; ports may have decided between candidates.</summary>
    Pattern,

    /// <summary>The bytes are those of the protocol; chance is out of the question.</summary>
    Payload,
}
