using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>A flow that a control connection announced.</summary>
/// <param name="Transport">IP protocol number: 6 or 17.</param>
/// <param name="InitiatorAddress">Who will begin it; null when anybody may.</param>
/// <param name="ResponderAddress">Whom it goes to.</param>
/// <param name="ExpiresNs">The last time it may begin; nanoseconds since 1970.</param>
/// <param name="Frame">The frame that announced it.</param>
/// <param name="OtherAddress">
/// The message named another address than its sender has here, as happens behind NAT: this is one of two candidates, or the only one that is not
/// a third host. Weaker.
/// </param>
/// <param name="InitiatorPort">The port it will come from; 0 when any.</param>
/// <param name="Control">The caller's number for the control connection.</param>
public readonly record struct Expectation(
    byte Transport, IpAddress? InitiatorAddress, IpAddress ResponderAddress, ushort ResponderPort, ExpectationKind Kind, long ExpiresNs, long Frame,
    bool OtherAddress = false, ushort InitiatorPort = 0, uint Control = 0);
