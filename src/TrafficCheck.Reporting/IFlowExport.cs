using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting;

/// <summary>Takes judged flows one by one and writes them in the order in which they come.</summary>
public interface IFlowExport : IDisposable
{
    /// <summary>Writes one flow. Keeps no reference to it.</summary>
    void Add(in FlowRow row);

    /// <summary>Writes what is buffered. Without it the export is taken as broken off: its file is deleted when it is disposed.</summary>
    void Complete();
}
