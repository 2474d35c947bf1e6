using System.Net;
using CsvHelper;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Reporting.Flows;

/// <summary>Flows as CSV in UTF-8. Nothing is allocated for a flow whose texts are harmless and whose rows are those of the flow before.</summary>
internal sealed class CsvFlowExport : IFlowExport
{
    private readonly CsvWriter _csv;
    private readonly RowsText _rows = new(SpreadsheetText.Clean);

    public CsvFlowExport(Stream output)
    {
        _csv = CsvWriter.Create(output, CsvWriterOptions.Default with { NewLine = "\n" }, leaveOpen: true);
        foreach (string column in FlowExport.Columns) _csv.WriteField(column);
        _csv.EndRecord();
    }

    public void Add(in FlowRow row)
    {
        Span<byte> text = stackalloc byte[AddressText.MaxLength];
        Time(row.FirstNs, text);
        Time(row.LastNs, text);
        _csv.WriteField(TransportNames.Of(row.Transport));
        Address(row.Initiator, text);
        Port(row.InitiatorPort);
        Address(row.Responder, text);
        Port(row.ResponderPort);
        _csv.WriteField(row.InitiatorPackets, default);
        _csv.WriteField(row.InitiatorBytes, default);
        _csv.WriteField(row.ResponderPackets, default);
        _csv.WriteField(row.ResponderBytes, default);
        _csv.WriteField(SpreadsheetText.Clean(row.Subject));
        _csv.WriteField(row.Direction.Word());
        _csv.WriteField(row.Evidence.Word());
        _csv.WriteField(row.Confidence.Word());
        _csv.WriteField(row.Outcome.Word());
        _csv.WriteField(SpreadsheetText.Clean(row.Application));
        _csv.WriteField(SpreadsheetText.Clean(row.PeerName));
        _csv.WriteField(row.Verdict.Word());
        _csv.WriteField(row.Reason.Word());
        _csv.WriteField(_rows.Of(row));
        Port(row.Vlan);
        _csv.WriteField(SpreadsheetText.Clean(row.Tunnel));
        _csv.EndRecord();
    }

    public void Complete() => _csv.Flush();

    public void Dispose() => _csv.Dispose();

    private void Time(long ns, Span<byte> text)
    {
        Rfc3339.WriteUtf8(ns, text);
        _csv.WriteField((ReadOnlySpan<byte>)text[..Rfc3339.Length]);
    }

    private void Address(IPAddress address, Span<byte> text) =>
        _csv.WriteField((ReadOnlySpan<byte>)text[..AddressText.WriteUtf8(address, text)]);

    private void Port(ushort? number)
    {
        if (number is { } value) _csv.WriteField(value, default);
        else _csv.WriteField("");
    }
}
