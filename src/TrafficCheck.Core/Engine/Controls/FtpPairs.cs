using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>
/// FTP control connections by client and server, for data connections that nobody can see announced: under TLS, or in mid-stream. Asked when all
/// flows have ended.
/// </summary>
internal sealed class FtpPairs(PortRange? passiveRange)
{
    /// <summary>Connections of one pair that may be live at one time.</summary>
    private const int MostAtOnce = 64;

    /// <summary>A control connection may end before its last data connection is opened: packets of both cross.</summary>
    private const long SlackNs = 5_000_000_000;

    private readonly Dictionary<(IpAddress Client, IpAddress Server), List<ControlConnection>> _pairs = [];

    /// <summary>One bit for what two addresses have in common: nearly all flows are told from those of a pair without a search.</summary>
    private readonly ulong[] _bits = new ulong[1024];
    private bool _sorted;

    public void Add(ControlConnection control)
    {
        var pair = (control.Client, control.Server);
        if (!_pairs.TryGetValue(pair, out List<ControlConnection>? controls)) _pairs[pair] = controls = [];
        controls.Add(control);
        int bit = BitOf(control.Client, control.Server);
        _bits[bit >> 6] |= 1UL << (bit & 63);
        _sorted = false;
    }

    /// <summary>Whether the two hosts have a control connection, whoever is the client.</summary>
    public bool Has(in FlowEndpoints ends)
    {
        if (_pairs.Count == 0) return false;
        int bit = BitOf(ends.LowAddress, ends.HighAddress);
        return (_bits[bit >> 6] & (1UL << (bit & 63))) != 0
            && (_pairs.ContainsKey((ends.LowAddress, ends.HighAddress)) || _pairs.ContainsKey((ends.HighAddress, ends.LowAddress)));
    }

    /// <summary>The control connection that a flow may be data of, if the given end opened it.</summary>
    public ControlConnection? Infer(in FlowSummary flow, bool initiatorIsHigh, out RelatedBy by)
    {
        by = RelatedBy.None;
        FlowEndpoints ends = flow.Ends;
        if (flow.Protocol != Ip.Tcp || !Has(in ends)) return null;
        Sort();
        IpAddress from = ends.Address(initiatorIsHigh), to = ends.Address(!initiatorIsHigh);
        ushort fromPort = ends.Port(initiatorIsHigh), toPort = ends.Port(!initiatorIsHigh);
        if (passiveRange is { } range && range.Contains(toPort) && Find(from, to, flow.FirstNs, tlsOnly: false) is { } plain)
        {
            by = RelatedBy.FtpPassiveRange;
            return plain;
        }

        var speech = (SpeechMarks)flow.Speech.Marks;
        bool tlsFirst = (Application)flow.Speech.Application == Application.Tls && (speech & SpeechMarks.TlsHello) != 0;
        if (!tlsFirst || !ControlPorts.MayBeFtpData(fromPort, toPort)) return null;
        by = RelatedBy.FtpsData;
        return (fromPort < ControlPorts.FirstHigh ? null : Find(from, to, flow.FirstNs, tlsOnly: true)) ?? Find(to, from, flow.FirstNs, tlsOnly: true);
    }

    private ControlConnection? Find(IpAddress client, IpAddress server, long timeNs, bool tlsOnly)
    {
        if (!_pairs.TryGetValue((client, server), out List<ControlConnection>? controls)) return null;
        int low = 0, high = controls.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (controls[middle].FirstNs <= timeNs) low = middle + 1;
            else high = middle;
        }

        for (int i = low - 1; i >= 0 && i >= low - MostAtOnce; i--)
        {
            ControlConnection control = controls[i];
            if (control.LastNs <= long.MaxValue - SlackNs && timeNs > control.LastNs + SlackNs) continue;
            if (!tlsOnly || (control.Tls is { } tls && tls.Ns <= timeNs)) return control;
        }

        return null;
    }

    /// <summary>The same whichever of the two is the client.</summary>
    private static int BitOf(IpAddress one, IpAddress other)
    {
        UInt128 both = one.Value ^ other.Value;
        return (int)((((ulong)both ^ (ulong)(both >> 64)) * 0x9e3779b97f4a7c15) >> 48);
    }

    private void Sort()
    {
        if (_sorted) return;
        _sorted = true;
        foreach (List<ControlConnection> controls in _pairs.Values) controls.Sort((a, b) => (a.FirstNs, a.FirstFrame).CompareTo((b.FirstNs, b.FirstFrame)));
    }
}
