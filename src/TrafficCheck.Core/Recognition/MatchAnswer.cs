namespace TrafficCheck.Core.Recognition;

/// <summary>Whether what was seen is what a row asks for.</summary>
public enum MatchAnswer : byte { CannotTell, Yes, No }
