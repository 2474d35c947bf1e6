namespace TrafficCheck.Matrices.Lint;

/// <summary>How what one row allows lies to what another allows.</summary>
internal enum Relation
{
    /// <summary>Nothing in common.</summary>
    Apart,

    /// <summary>The first lies within the second, and the second allows more.</summary>
    Within,

    /// <summary>The first lies around the second.</summary>
    Around,

    Same,

    /// <summary>Each allows some of what the other does.</summary>
    Crossing,
}
