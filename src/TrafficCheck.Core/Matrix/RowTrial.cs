namespace TrafficCheck.Core.Matrix;

/// <summary>How one row fits a flow, criterion by criterion: <see cref="RowMatcher"/> taken apart for one row.</summary>
/// <param name="Row">Index of the row.</param>
/// <param name="Peer"><see cref="MatchAnswer.Yes"/>, <see cref="MatchAnswer.CannotTell"/> or <see cref="MatchAnswer.OtherPeer"/>.</param>
/// <param name="Application">Yes also when the row asks for none, or nothing was said.</param>
/// <param name="Rank">Specificity, the higher the more; of rows that match, those with the highest answer.</param>
public readonly record struct RowTrial(int Row, bool Port, bool Transport, bool Direction, MatchAnswer Peer, ApplicationAnswer Application, uint Rank)
{
    /// <summary>The row matches.</summary>
    public bool Matches => Port && Transport && Direction && Peer == MatchAnswer.Yes && Application == ApplicationAnswer.Yes;

    /// <summary>Criteria that say no.</summary>
    public int Misses => (Port ? 0 : 1) + (Transport ? 0 : 1) + (Direction ? 0 : 1) + (Peer == MatchAnswer.OtherPeer ? 1 : 0) + (Application == ApplicationAnswer.No ? 1 : 0);
}
