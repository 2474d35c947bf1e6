namespace TrafficCheck.Core.Matrix;

/// <summary>
/// The rows that agree in subject, transport, service port and direction, as one number: 0 for no row, the id of a set in
/// <see cref="CompiledMatrix.Sets"/> where the rows all match whoever the peer is and whatever is spoken, else the complement of the index of a
/// <see cref="RowClass"/>. Equal numbers stand for the same rows, of which the same answer.
/// </summary>
public readonly record struct CandidateRows(int Entry)
{
    public bool IsEmpty => Entry == 0;

    /// <summary>All of the rows match; <see cref="Entry"/> is their set.</summary>
    internal bool AllMatch => Entry > 0;
}

/// <summary>Rows of which not all match every flow of their port, or too many to be listed beforehand.</summary>
/// <param name="Limited">How many of them are limited to peers.</param>
/// <param name="AsksForNames">One of them is limited to named peers.</param>
/// <param name="AsksForApplications">One of them says what must be spoken.</param>
internal readonly record struct RowClass(int Limited, bool AsksForNames, bool AsksForApplications);
