using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Live;

/// <summary>Frames of one interface on their way to whoever reads.</summary>
/// <param name="Lane">Index of the interface.</param>
/// <param name="Batch">Null: nothing more will come from it.</param>
/// <param name="HandedOn">When capture handed it on, in ticks of the stopwatch: no frame in it was captured later.</param>
/// <param name="FirstNs">Smallest time of its frames.</param>
/// <param name="LastNs">Largest time of its frames.</param>
internal readonly record struct LaneBatch(int Lane, FrameBatch? Batch, long HandedOn, long FirstNs, long LastNs);
