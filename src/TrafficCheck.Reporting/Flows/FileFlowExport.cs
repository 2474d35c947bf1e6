using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Flows;

/// <summary>An export that owns its file. What was broken off is deleted: half a table looks like a whole one.</summary>
internal sealed class FileFlowExport(string path, FileStream file, IFlowExport inner) : IFlowExport
{
    private bool _complete;
    private bool _closed;

    public void Add(in FlowRow row) => inner.Add(row);

    public void Complete()
    {
        inner.Complete();
        file.Flush();
        _complete = true;
    }

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;

        // A pipe cannot be taken back.
        bool regular = file.CanSeek;
        try
        {
            inner.Dispose();
        }
        finally
        {
            file.Dispose();
            if (!_complete && regular) File.Delete(path);
        }
    }
}
