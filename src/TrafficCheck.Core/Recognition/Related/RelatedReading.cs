namespace TrafficCheck.Core.Recognition.Related;

/// <summary>What one packet announced.</summary>
/// <param name="Found">Expectations written.</param>
/// <param name="Length">Of a message on a stream, behind which the next one may begin: its bytes, where its end is there; else 0.</param>
public readonly record struct RelatedReading(int Found, RelatedNotes Notes, int Length = 0);
