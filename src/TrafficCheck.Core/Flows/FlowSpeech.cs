namespace TrafficCheck.Core.Flows;

/// <summary>
/// What the first payloads of a flow showed, 8 bytes. The numbers are those of whoever reads payloads (the sink of the table): this layer only
/// keeps them with the flow.
/// </summary>
public struct FlowSpeech
{
    /// <summary>Payloads of a side that can be counted.</summary>
    public const int MostRead = 15;

    private byte _reads, _trust;

    /// <summary>Number of the application, 0 while not known.</summary>
    public byte Application;

    /// <summary>What else was said, one bit each, of both sides.</summary>
    public byte Marks;

    /// <summary>Number of the <see cref="FlowNote"/> of this flow, 0 for none.</summary>
    public uint Note;

    /// <summary>How far <see cref="Application"/> can be trusted, at most 15.</summary>
    public byte Confidence
    {
        readonly get => (byte)(_trust & 15);
        set => _trust = (byte)((_trust & 0xf0) | (value & 15));
    }

    /// <summary>1: payload shows that the low endpoint is the client; 2: the high one; 3: payloads contradict each other.</summary>
    public byte Clients
    {
        readonly get => (byte)(_trust >> 4);
        set => _trust = (byte)((_trust & 15) | (value << 4));
    }

    /// <summary>Payloads of each side that were looked at.</summary>
    public readonly int LowRead => _reads & 15;

    public readonly int HighRead => _reads >> 4;

    /// <summary>Counts a payload that was looked at; at most <see cref="MostRead"/> of a side.</summary>
    public void CountRead(bool fromHigh)
    {
        if ((fromHigh ? HighRead : LowRead) < MostRead) _reads += fromHigh ? (byte)16 : (byte)1;
    }
}
