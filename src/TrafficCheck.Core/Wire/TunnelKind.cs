namespace TrafficCheck.Core.Wire;

/// <summary>What an IP packet may travel in.</summary>
public enum TunnelKind : byte
{
    None,
    Mpls,
    Pppoe,
    BackboneBridge,
    FabricPath,
    Nsh,
    IpInIp,
    Gre,
    Nvgre,
    Pptp,
    Erspan1,
    Erspan2,
    Erspan3,
    EtherIp,
    L2tp,
    Vxlan,
    VxlanGpe,
    Geneve,
    GtpU,
    Teredo,
    MplsInUdp,
    Lisp,
}
