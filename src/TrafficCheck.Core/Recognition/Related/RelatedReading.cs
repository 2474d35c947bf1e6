namespace TrafficCheck.Core.Recognition.Related;

/// <summary>What one packet announced.</summary>
/// <param name="Found">Expectations written.</param>
public readonly record struct RelatedReading(int Found, RelatedNotes Notes);
