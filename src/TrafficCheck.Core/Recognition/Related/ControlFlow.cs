using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>The flow that carries an announcement, and the packet that does.</summary>
/// <param name="Client">Who initiated the flow.</param>
/// <param name="Transport">IP protocol number.</param>
/// <param name="TimeNs">Of the packet; nanoseconds since 1970.</param>
public readonly record struct ControlFlow(
    IpAddress Client, ushort ClientPort, IpAddress Server, ushort ServerPort, byte Transport, long TimeNs, long Frame);
