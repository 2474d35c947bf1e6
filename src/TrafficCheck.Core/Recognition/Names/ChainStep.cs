namespace TrafficCheck.Core.Recognition.Names;

/// <summary>One name on the way to an address.</summary>
/// <param name="Name">Lower-case ASCII, odd bytes as <c>\ddd</c>.</param>
/// <param name="Frame">The frame that led from it to the next step, or to the address.</param>
public readonly record struct ChainStep(string Name, long Frame);
