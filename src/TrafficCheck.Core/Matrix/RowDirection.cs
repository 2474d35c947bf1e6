namespace TrafficCheck.Core.Matrix;

/// <summary>Who may initiate, seen from the subject.</summary>
public enum RowDirection : byte
{
    /// <summary>Initiated from outside towards the subject.</summary>
    In,

    /// <summary>Initiated by the subject.</summary>
    Out,

    /// <summary>Either side may initiate.</summary>
    InOut,
}
