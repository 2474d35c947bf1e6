namespace TrafficCheck.Matrices.Lint;

/// <summary>Joins the relations of ports, transports, directions, peers and applications to that of rows.</summary>
internal static class Relations
{
    public static Relation And(this Relation a, Relation b) => (a, b) switch
    {
        (Relation.Apart, _) or (_, Relation.Apart) => Relation.Apart,
        (Relation.Same, _) => b,
        (_, Relation.Same) => a,
        _ => a == b ? a : Relation.Crossing,
    };

    /// <param name="second">The second is unlimited.</param>
    /// <param name="first">The first is unlimited.</param>
    public static Relation Of(bool second, bool first) => second && first ? Relation.Same : second ? Relation.Within : Relation.Around;

    /// <param name="within">All of the first is in the second.</param>
    /// <param name="around">All of the second is in the first.</param>
    /// <param name="touching">Some of the first is in the second.</param>
    public static Relation OfSets(bool within, bool around, bool touching) =>
        within && around ? Relation.Same : within ? Relation.Within : around ? Relation.Around : touching ? Relation.Crossing : Relation.Apart;
}
