using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Datagram services whose requests are answered when they work. Others (syslog, SNMP traps, flow export, media) send and expect nothing,
/// so that a single direction says nothing about them.
/// </summary>
internal static class AnswerDue
{
    /// <summary>DNS, TFTP, Kerberos, portmapper, NTP, NetBIOS name service, SNMP, CLDAP, kpasswd, IKE, RADIUS, IKE over NAT-T, SIP.</summary>
    private static readonly HashSet<ushort> s_udp = [53, 69, 88, 111, 123, 137, 161, 389, 464, 500, 1645, 1646, 1812, 1813, 4500, 5060];

    /// <summary>Syslog and its kin, SNMP traps, NetFlow, IPFIX and sFlow, statsd, GELF: senders that expect nothing back.</summary>
    private static readonly HashSet<ushort> s_sendOnly = [162, 514, 1514, 2055, 2056, 4739, 6343, 8125, 9995, 9996, 12201];

    /// <summary>One direction is all that this service has.</summary>
    public static bool IsNeverDue(byte protocol, ushort port) => protocol == TransportNames.Udp && s_sendOnly.Contains(port);

    /// <summary>The initiator asked, an answer was due, and only the asking was captured.</summary>
    public static bool IsMissing(in FlowSummary flow, in Judgement judgement)
    {
        if (judgement.Outcome != Outcome.OneWay || judgement.Verdict == Verdict.Related) return false;
        long sent = judgement.InitiatorIsHigh ? flow.HighPackets : flow.LowPackets;
        if (sent == 0) return false;
        return flow.Protocol switch
        {
            TransportNames.Udp => s_udp.Contains(judgement.Port),
            TransportNames.Icmp or TransportNames.Icmpv6 => IcmpMessage.IsRequest((byte)(flow.Ends.LowAddress.IsV4 ? 4 : 6), (byte)judgement.Port),
            _ => false,
        };
    }
}
