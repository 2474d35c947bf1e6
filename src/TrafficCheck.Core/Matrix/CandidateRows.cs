namespace TrafficCheck.Core.Matrix;

/// <summary>
/// The rows that agree in subject, transport, service port and direction, as one number: 0 for no row, the id of a set in
/// <see cref="CompiledMatrix.Sets"/> where the rows all match whoever the peer is and whatever is spoken, else a number below 0 that
/// stands for a class of rows and says what they ask for. Equal numbers stand for the same rows, of which the same answer.
/// </summary>
public readonly record struct CandidateRows(int Entry)
{
    private const int Limited = 1, Named = 2, WithApplication = 4, Shift = 3;

    public bool IsEmpty => Entry == 0;

    /// <summary>Some are limited to peers.</summary>
    internal bool AreLimited => (~Entry & Limited) != 0;

    /// <summary>Some are limited to peers with names.</summary>
    internal bool AskForNames => (~Entry & Named) != 0;

    /// <summary>Some say what must be spoken.</summary>
    internal bool AskForApplications => (~Entry & WithApplication) != 0;

    /// <summary>Index of the class, where <see cref="Entry"/> is below 0.</summary>
    internal int Class => ~Entry >> Shift;

    internal static CandidateRows OfClass(int index, bool limited, bool named, bool withApplication) =>
        new(~((index << Shift) | (limited ? Limited : 0) | (named ? Named : 0) | (withApplication ? WithApplication : 0)));
}

