namespace TrafficCheck.Core.Matrix;

/// <summary>Whether a flow speaks an application that rows ask for.</summary>
public enum ApplicationAnswer : byte { CannotTell, Yes, No }
