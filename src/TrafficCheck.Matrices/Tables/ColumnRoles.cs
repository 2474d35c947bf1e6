using System.Text;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Tells from a header what its column holds, in the languages that vendors publish in.</summary>
internal static class ColumnRoles
{
    private static readonly Dictionary<string, ColumnRole> s_exact = Words(
        (ColumnRole.Port, "port ports port-s port-number port-numbers port-no port-range port-ranges tcp-port tcp-ports udp-port udp-ports network-port destination-port destination-ports dst-port service-port "
            + "port-protocol ports-protocol portnummer portnummern zielport numéro-de-port numéros-de-port puerto puertos número-de-puerto porta porte porto numero-di-porta "
            + "ポート ポート番号 端口 端口号 端口號 埠 通訊埠 連接埠 連接埠號 目标端口 宛先ポート poort poorten"),
        (ColumnRole.Protocol, "protocol protocols proto transport transport-protocol network-protocol ip-protocol tcp-udp udp-tcp protokoll protokolle transportprotokoll netzwerkprotokoll protocole protocoles "
            + "protocole-réseau protocolo protocolos protocollo protocolli プロトコル ネットワークプロトコル ネットワーク-プロトコル 协议 網路協定 网络协议 協議 協定 通信协议 通訊協定 传输协议"),
        (ColumnRole.Application, "application application-protocol service-protocol application-service-protocol application-layer-protocol app application-service anwendung anwendungsprotokoll aplicación applicazione "
            + "アプリケーション アプリケーションプロトコル 应用程序 应用协议 应用层协议"),
        (ColumnRole.Direction, "direction traffic-direction connection-direction in-out inbound-outbound incoming-outgoing in-or-out flow richtung verbindungsrichtung sens direction-du-trafic dirección sentido direzione "
            + "方向 通信方向 ディレクション 流量方向 traffic richtung-ein-aus"),
        (ColumnRole.Purpose, "required-for purpose description used-for usage use reason function why needed-for details verwendung verwendungszweck zweck beschreibung erforderlich-für benötigt-für utilisation objet "
            + "requis-pour nécessaire-pour usage but propósito uso descripción necesario-para requerido-para requerida-para finalidad scopo descrizione utilizzo necessario-per richiesto-per "
            + "用途 説明 目的 必要な用途 说明 描述 說明 用于 必需用于 使用目的"),
        (ColumnRole.Service, "service services service-name feature component dienst dienste funktion servizio servizi servicio servicios サービス 服务 服務 機能 功能"),
        (ColumnRole.Notes, "notes note comment comments remark remarks bemerkung bemerkungen anmerkung anmerkungen hinweis hinweise kommentar remarque remarques commentaire commentaires nota notas comentario "
            + "comentarios note-aggiuntive commenti commento 備考 备注 備註 注意 コメント"),
        (ColumnRole.Peer, "peer peers host hosts hostname hostnames host-name remote-host remote remote-address remote-hosts server servers address addresses ip-address ip-addresses url urls fqdn fqdns domain domains endpoint "
            + "gegenstelle adresse adressen hôte hôtes adresse-ip dirección-ip indirizzo indirizzo-ip ホスト ホスト名 アドレス 主机 主机名 主機 地址 host-peer"),
        (ColumnRole.Source, "source sources from source-host source-address source-ip initiator client quelle von quellhost quelladresse origine origen fuente sorgente de da desde 送信元 ソース 源 来源 來源 源地址"),
        (ColumnRole.Destination, "destination destinations to destination-host destination-address destination-ip target targets ziel nach zielhost zieladresse destino destinazione cible hasta 宛先 送信先 接続先 目标 目標 目的地 目标地址"),
        (ColumnRole.Subject, "subject subjects protected-host applies-to subjekt sujet sujeto soggetto"),
        (ColumnRole.Need, "need needed necessity mandatory required required-optional mandatory-optional optional requirement pflicht erforderlich notwendig obligatoire requis obligatorio requerido obbligatorio richiesto 必須 必须 必需 必要"),
        (ColumnRole.Id, "id row row-id rule rule-id no nr number item nummer numéro número numero 番号 编号 編號 序号"),
        (ColumnRole.Severity, "severity schweregrad sévérité gravité severidad gravità 重大度 严重性"),
        (ColumnRole.Enforced, "enforced"),
        (ColumnRole.Action, "action actions rule-action firewall-action allow-deny allow-block permit-deny allow-or-deny permission permissions access access-type decision verdict policy target-action "
            + "aktion zugriff acción acciones azione azioni アクション 操作 动作 動作"));

    /// <summary>Looked for inside longer headers, in this order.</summary>
    private static readonly (string Part, ColumnRole Role)[] s_parts =
    [
        ("source port", ColumnRole.None), ("src port", ColumnRole.None), ("quellport", ColumnRole.None), ("required for", ColumnRole.Purpose), ("needed for", ColumnRole.Purpose), ("used for", ColumnRole.Purpose),
        ("erforderlich für", ColumnRole.Purpose), ("application", ColumnRole.Application), ("direction", ColumnRole.Direction), ("richtung", ColumnRole.Direction), ("方向", ColumnRole.Direction), ("action", ColumnRole.Action),
        ("port", ColumnRole.Port), ("puerto", ColumnRole.Port), ("ポート", ColumnRole.Port), ("端口", ColumnRole.Port), ("protocol", ColumnRole.Protocol), ("protokoll", ColumnRole.Protocol),
        ("プロトコル", ColumnRole.Protocol), ("协议", ColumnRole.Protocol), ("協定", ColumnRole.Protocol), ("purpose", ColumnRole.Purpose), ("description", ColumnRole.Purpose), ("beschreibung", ColumnRole.Purpose),
        ("source", ColumnRole.Source), ("destination", ColumnRole.Destination), ("subject", ColumnRole.Subject), ("host", ColumnRole.Peer), ("peer", ColumnRole.Peer), ("url", ColumnRole.Peer), ("note", ColumnRole.Notes),
        ("用途", ColumnRole.Purpose), ("说明", ColumnRole.Purpose), ("説明", ColumnRole.Purpose), ("服务", ColumnRole.Service), ("サービス", ColumnRole.Service), ("service", ColumnRole.Service),
    ];

    /// <summary>The role of every column. Of two columns of one role the first has it, the second is none; both protocol columns of a table that
    /// splits network and application protocol find their own.</summary>
    public static ColumnRole[] Of(IReadOnlyList<string> header)
    {
        var roles = new ColumnRole[header.Count];
        for (int i = 0; i < roles.Length; i++) roles[i] = RoleOf(header[i]);

        // "Protocol" beside "Network protocol" is the application one.
        int[] protocols = [.. Enumerable.Range(0, roles.Length).Where(i => roles[i] == ColumnRole.Protocol)];
        if (protocols.Length == 2 && !roles.Contains(ColumnRole.Application))
        {
            bool firstIsNetwork = IsNetwork(header[protocols[0]]) || !IsNetwork(header[protocols[1]]);
            roles[firstIsNetwork ? protocols[1] : protocols[0]] = ColumnRole.Application;
        }

        if (!roles.Contains(ColumnRole.Protocol) && Array.IndexOf(roles, ColumnRole.Application) is >= 0 and int only
            && header[only].Contains("protocol", StringComparison.OrdinalIgnoreCase)) roles[only] = ColumnRole.Protocol;
        if (roles.Contains(ColumnRole.Destination) && !roles.Contains(ColumnRole.Source) && !roles.Contains(ColumnRole.Peer)) roles[Array.IndexOf(roles, ColumnRole.Destination)] = ColumnRole.Peer;
        var seen = new HashSet<ColumnRole>();
        for (int i = 0; i < roles.Length; i++)
        {
            if (!seen.Add(roles[i])) roles[i] = roles[i] is ColumnRole.Purpose or ColumnRole.Notes or ColumnRole.Service ? ColumnRole.Notes : ColumnRole.None;
        }

        return roles;
    }

    private static ColumnRole RoleOf(string header)
    {
        string text = Normal(header.Length > 80 ? header[..80] : header);
        if (text == "#") return ColumnRole.Id;
        if (s_exact.TryGetValue(Quoted.Slug(text), out ColumnRole exact)) return exact;
        foreach (var (part, role) in s_parts)
        {
            if (text.Contains(part, StringComparison.Ordinal)) return role;
        }

        return ColumnRole.None;
    }

    private static bool IsNetwork(string header) => Normal(header) is { } text
        && (text.Contains("network", StringComparison.Ordinal) || text.Contains("transport", StringComparison.Ordinal) || text.Contains("ip", StringComparison.Ordinal) || text.Contains("tcp", StringComparison.Ordinal)
            || text.Contains("netz", StringComparison.Ordinal) || text.Contains("réseau", StringComparison.Ordinal) || text.Contains("ネットワーク", StringComparison.Ordinal) || text.Contains("网络", StringComparison.Ordinal));

    private static string Normal(string header)
    {
        var text = new StringBuilder(header.Length);
        foreach (char c in CellMarkup.Plain(header)) text.Append(c is '*' or '†' or '‡' ? ' ' : char.ToLowerInvariant(Widths.Narrow(c)));
        return Quoted.OneLine(text.ToString());
    }

    private static Dictionary<string, ColumnRole> Words(params (ColumnRole Role, string Words)[] all)
    {
        var words = new Dictionary<string, ColumnRole>(StringComparer.Ordinal);
        foreach (var (role, list) in all)
        {
            foreach (string word in list.Split(' ', StringSplitOptions.RemoveEmptyEntries)) words.TryAdd(word, role);
        }

        return words;
    }
}
