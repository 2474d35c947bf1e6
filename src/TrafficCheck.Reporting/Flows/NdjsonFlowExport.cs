using System.Buffers;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition.Names;
using TrafficCheck.Reporting.Json;

namespace TrafficCheck.Reporting.Flows;

/// <summary>Flows as one JSON object a line. Numbers are numbers, what a flow does not have is null, text is exact.</summary>
internal sealed class NdjsonFlowExport : IFlowExport
{
    private const int BufferBytes = 1 << 16;

    private static readonly JsonEncodedText[] s_names = [.. FlowExport.Columns.Concat(FlowExport.ProofFields).Select(c => JsonEncodedText.Encode(c))];

    private readonly Stream _output;
    private readonly ArrayBufferWriter<byte> _buffer = new(BufferBytes * 2);
    private readonly Utf8JsonWriter _json;
    private readonly RowsText _rows = new(id => id);

    public NdjsonFlowExport(Stream output)
    {
        _output = output;
        _json = new Utf8JsonWriter(_buffer, SafeJson.Compact);
    }

    public void Add(in FlowRow row)
    {
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteTime(s_names[0], row.FirstNs);
        _json.WriteTime(s_names[1], row.LastNs);
        _json.WriteString(s_names[2], TransportNames.Of(row.Transport));
        _json.WriteAddress(s_names[3], row.Initiator);
        Number(4, row.InitiatorPort);
        _json.WriteAddress(s_names[5], row.Responder);
        Number(6, row.ResponderPort);
        Number(7, row.InitiatorPackets);
        Number(8, row.InitiatorBytes);
        Number(9, row.ResponderPackets);
        Number(10, row.ResponderBytes);
        _json.WriteString(s_names[11], row.Subject);
        _json.WriteString(s_names[12], row.Direction.Word());
        _json.WriteString(s_names[13], row.Evidence.Word());
        _json.WriteString(s_names[14], row.Confidence.Word());
        _json.WriteString(s_names[15], row.Outcome.Word());
        Text(16, row.Application);
        Text(17, row.PeerName);
        _json.WriteString(s_names[18], row.Verdict.Word());
        _json.WriteString(s_names[19], row.Reason.Word());
        _json.WriteString(s_names[20], _rows.Of(row));
        Number(21, row.Vlan);
        Text(22, row.Tunnel);
        Text(23, row.PeerNameProof);
        Number(24, row.PeerNameFrame);
        Text(25, row.Related?.By);
        Text(26, row.Related?.Grade);
        Number(27, row.Related?.AnnouncedFrame);
        Text(28, row.Related?.Control);
        if (row.PeerNameShared is { } shared) _json.WriteBoolean(s_names[29], shared);
        else _json.WriteNull(s_names[29]);
        Chain(30, row.PeerNameChain);
        _json.WriteBoolean(s_names[31], row.Flipped);
        _json.WriteStartArray(s_names[32]);
        if (row.Conflicts != EvidenceConflicts.None)
        {
            foreach (string word in row.Conflicts.Words()) _json.WriteStringValue(word);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= BufferBytes) Drain();
    }

    public void Complete()
    {
        Drain();
        _output.Flush();
    }

    public void Dispose() => _json.Dispose();

    private void Drain()
    {
        _output.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }

    private void Number(int column, long? value)
    {
        if (value is { } number) _json.WriteNumber(s_names[column], number);
        else _json.WriteNull(s_names[column]);
    }

    private void Chain(int column, IReadOnlyList<ChainStep>? chain)
    {
        if (chain is null)
        {
            _json.WriteNull(s_names[column]);
            return;
        }

        _json.WriteStartArray(s_names[column]);
        foreach (ChainStep step in chain)
        {
            _json.WriteStartObject();
            _json.WriteString("name"u8, step.Name);
            _json.WriteNumber("frame"u8, step.Frame);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void Text(int column, string? value)
    {
        if (value is null) _json.WriteNull(s_names[column]);
        else _json.WriteString(s_names[column], value);
    }
}
