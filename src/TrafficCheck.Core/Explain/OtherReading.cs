namespace TrafficCheck.Core.Explain;

/// <summary>The view of another library on the same frame.</summary>
/// <param name="Library">Its name and version.</param>
/// <param name="Layers">The headers that it found, outermost first.</param>
/// <param name="GaveUp">Why it read nothing or not everything: the exception that it threw, or a link type that it does not know; else null.</param>
/// <param name="Differences">Where it and the walk differ, in words; empty when they agree as far as it reads.</param>
public sealed record OtherReading(string Library, IReadOnlyList<OtherLayer> Layers, string? GaveUp, IReadOnlyList<string> Differences);

/// <summary>A header found by another library.</summary>
/// <param name="Name">In that library's words.</param>
/// <param name="Offset">Of its first byte, from the start of the frame; -1 when the library does not say.</param>
/// <param name="Length">Bytes of the header, without what it carries.</param>
public sealed record OtherLayer(string Name, int Offset, int Length);
