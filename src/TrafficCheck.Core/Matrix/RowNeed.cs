namespace TrafficCheck.Core.Matrix;

public enum RowNeed : byte
{
    Required,
    Optional,

    /// <summary>Required where the condition named by <see cref="MatrixRow.Condition"/> holds.</summary>
    Conditional,
}
