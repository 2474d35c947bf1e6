using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>A flow that announces others: what was seen of it, and how it was judged.</summary>
internal sealed class ControlConnection(uint number, ControlKind kind, byte transport, FlowEndpoints ends, bool clientIsHigh, long firstNs, long firstFrame)
{
    private ControlVerdict _first = ControlVerdict.None, _second = ControlVerdict.None;

    public uint Number => number;

    public ControlKind Kind => kind;

    public byte Transport => transport;

    public FlowEndpoints Ends => ends;

    public bool ClientIsHigh => clientIsHigh;

    public IpAddress Client => ends.Address(clientIsHigh);

    public ushort ClientPort => ends.Port(clientIsHigh);

    public IpAddress Server => ends.Address(!clientIsHigh);

    public ushort ServerPort => ends.Port(!clientIsHigh);

    public bool IsFtp => kind is ControlKind.Ftp or ControlKind.FtpImplicit;

    /// <summary>The first payload that was read, or the flow's first packet once it has ended.</summary>
    public long FirstNs { get; private set; } = firstNs;

    public long LastNs { get; private set; } = long.MaxValue;

    /// <summary>The first frame that was read.</summary>
    public long FirstFrame => firstFrame;

    /// <summary>The client asked for TLS.</summary>
    public bool TlsRequested { get; set; }

    /// <summary>From then on announcements are encrypted; null while they are not.</summary>
    public (long Ns, long Frame)? Tls { get; set; } = kind == ControlKind.FtpImplicit ? (firstNs, firstFrame) : null;

    /// <summary>The beginning of a message that goes on in the next segment, of the client and of the server.</summary>
    public CutMessage? FromClient { get; set; }

    public CutMessage? FromServer { get; set; }

    /// <summary>The flow has ended.</summary>
    public void End(in FlowSummary flow)
    {
        FirstNs = flow.FirstNs;
        LastNs = flow.LastNs;
        FromClient = FromServer = null;
    }

    public ControlConnection Fork() => (ControlConnection)MemberwiseClone();

    /// <summary>How it was judged does not count any more: it is to be judged again, by another matrix.</summary>
    public void Forget() => _first = _second = ControlVerdict.None;

    public void Judged(in Judgement judgement)
    {
        var verdict = new ControlVerdict(judgement.Subject, judgement.Verdict, judgement.Reason, judgement.Rows);
        if (_first.Subject < 0) _first = verdict;
        else _second = verdict;
    }

    /// <summary>How it was judged for one of the subjects, the bits of which are given.</summary>
    public bool TryVerdict(ulong subjects, out ControlVerdict verdict)
    {
        verdict = Has(_first) ? _first : _second;
        return Has(verdict);

        bool Has(ControlVerdict v) => v.Subject >= 0 && ((subjects >> v.Subject) & 1) != 0;
    }

    public override string ToString() => Text(Client, ClientPort) + " -> " + Text(Server, ServerPort) + (transport == Ip.Udp ? "/udp" : "/tcp");

    public static string Text(IpAddress address, ushort port) =>
        (address.IsV4 ? address.ToString() : $"[{address}]") + ":" + port.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Subject">Index of the subject; -1 for a verdict that was not given.</param>
internal readonly record struct ControlVerdict(int Subject, Verdict Verdict, Reason Reason, int Rows)
{
    public static ControlVerdict None { get; } = new(-1, Verdict.OutOfScope, Reason.None, 0);
}

/// <summary>Bytes of one side of a control connection that are no whole message yet.</summary>
internal sealed class CutMessage(ReadOnlySpan<byte> bytes, uint sequence)
{
    private readonly byte[] _bytes = bytes.ToArray();

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The sequence number at which the rest begins.</summary>
    public uint Sequence => sequence;
}
