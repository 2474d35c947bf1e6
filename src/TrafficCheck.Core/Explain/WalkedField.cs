namespace TrafficCheck.Core.Explain;

/// <summary>One field of a header.</summary>
/// <param name="Offset">Of its first byte, from the start of the frame.</param>
/// <param name="Value">Numbers and addresses in text; nothing of it is text from the frame.</param>
public readonly record struct WalkedField(string Name, int Offset, string Value);
