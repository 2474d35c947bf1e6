namespace TrafficCheck.Capture;

/// <summary>One input to read.</summary>
/// <param name="Path">A file as given or as found in a folder given; <c>-</c> is standard input.</param>
public sealed record CaptureInput(string Path)
{
    public const string StandardInput = "-";

    public bool IsStandardInput => Path == StandardInput;
}

/// <summary>A file that stands in a folder given, or was given, and is not read.</summary>
/// <param name="Reason">Words to put behind the path, such as <c>looks like text</c>.</param>
public sealed record SkippedInput(string Path, string Reason);

/// <summary>What the arguments of a command stand for.</summary>
/// <param name="Inputs">In the order of the arguments; inside a folder in ordinal order of the paths.</param>
/// <param name="Skipped">Files passed over, in the same order.</param>
/// <param name="Errors">Sentences about arguments that name nothing that can be read; non-empty means wrong usage.</param>
public sealed record ExpandedInputs(
    IReadOnlyList<CaptureInput> Inputs, IReadOnlyList<SkippedInput> Skipped, IReadOnlyList<string> Errors);
