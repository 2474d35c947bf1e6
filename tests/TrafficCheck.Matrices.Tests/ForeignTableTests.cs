using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Tests;

/// <summary>Shapes of tables that vendors publish: each imports, or gives one error that names its place.</summary>
public sealed class ForeignTableTests
{
    [Theory]
    [InlineData("20/21", "20,21/tcp In")]
    [InlineData("389 or 3268", "389,3268/tcp In")]
    [InlineData("8200, 8100, 8300", "8100,8200,8300/tcp In")]
    [InlineData("12345 23451", "12345,23451/tcp In")]
    [InlineData("1433<br>1434", "1433,1434/tcp In")]
    [InlineData("5900 -5964", "5900-5964/tcp In")]
    [InlineData("17500– 17515*", "17500-17515/tcp In")]
    [InlineData("5060-5062", "5060-5062/tcp In")]
    [InlineData("1024 to 65535", "1024-65535/tcp In")]
    [InlineData("1024 and above", "1024-65535/tcp In")]
    [InlineData(">1023", "1024-65535/tcp In")]
    [InlineData("1024+", "1024-65535/tcp In")]
    [InlineData("49152-65535 dynamic", "49152-65535/tcp In")]
    [InlineData("Dynamic RPC", "49152-65535/tcp In")]
    [InlineData("443 (HTTPS)", "443/tcp In")]
    [InlineData("HTTP (80)", "80/tcp In")]
    [InlineData("443/TCP (HTTPS)", "443/tcp In")]
    [InlineData("TCP-3268†", "3268/tcp In")]
    [InlineData("25*", "25/tcp In")]
    [InlineData("**443**", "443/tcp In")]
    [InlineData("`443`", "443/tcp In")]
    [InlineData("any", "any/tcp In")]
    [InlineData("Any port (including random RPC ports)", "any/tcp In")]
    [InlineData("*", "any/tcp In")]
    [InlineData("４４３、８０", "80,443/tcp In")]
    [InlineData("80-90, 85-100", "80-100/tcp In")]
    [InlineData("20 (source)", "from 20/tcp In")]
    public void Ports_of_a_tcp_row(string cell, string expected) => Assert.Equal([expected], Documents.Short(Documents.Table($"| {cell} | TCP | In | x |")));

    [Theory]
    [InlineData("70000", "70000")]
    [InlineData("200-100", "backwards")]
    [InlineData("TDP-464", "TDP")]
    [InlineData("80-90-100", "two ends")]
    [InlineData("49,152-65,535", "backwards")]
    [InlineData("see below", "see")]
    [InlineData("TCP", "no port")]
    [InlineData("443/UDP", "make them agree")]
    [InlineData("80; $(rm)", "$")]
    [InlineData("99999999999999999999", "above 65535")]
    public void A_port_cell_that_is_not_understood_is_one_error_that_says_why(string cell, string why)
    {
        MatrixMessage error = Assert.Single(Documents.Table($"| {cell} | TCP | In | x |").Messages, m => m.Severity == MessageSeverity.Error);
        Assert.Equal((3, "Port"), (error.Line, error.Cell));
        Assert.Contains(why, error.Text, StringComparison.Ordinal);
        Assert.Contains("--lenient", error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("443/TCP", "443/tcp In")]
    [InlineData("TCP-3268†", "3268/tcp In")]
    [InlineData("UDP-389‡", "389/udp In")]
    [InlineData("tcp 80; icmp 8", "80/tcp In", "8/icmp In")]
    [InlineData("TCP 80, UDP 53", "80/tcp In", "53/udp In")]
    [InlineData("80/tcp, 53/udp", "80/tcp In", "53/udp In")]
    [InlineData("TCP/UDP 53", "53/tcp+udp In")]
    [InlineData("53/TCP,UDP", "53/tcp+udp In")]
    [InlineData("TCP: 88, 389, 636", "88,389,636/tcp In")]
    [InlineData("ICMP", "any/icmp In")]
    [InlineData("IP protocol 50", "any/esp In")]
    [InlineData("ESP (50)", "any/esp In")]
    public void Port_and_transport_in_one_cell(string cell, params string[] expected) =>
        Assert.Equal(expected, Documents.Short(Documents.Markdown($"| Ports | Direction | Purpose |\n|---|---|---|\n| {cell} | Inbound | x |\n")));

    [Fact]
    public void A_port_without_any_transport_is_one_error()
    {
        MatrixMessage error = Assert.Single(Documents.Markdown("| Ports | Direction |\n|---|---|\n| 443 | In |\n").Messages, m => m.Severity == MessageSeverity.Error);
        Assert.Equal(("protocol-missing", 3, "Ports"), (error.Code, error.Line, error.Cell));
    }

    [Theory]
    [InlineData("80", "UDP/TCP", "80/tcp+udp In")]
    [InlineData("80", "TCP & UDP", "80/tcp+udp In")]
    [InlineData("21", "FTPS (explicit)", "21/tcp In ftps-explicit")]
    [InlineData("21", "FTPS", "21/tcp In ftps-explicit")]
    [InlineData("990", "FTPS", "990/tcp In ftps-implicit")]
    [InlineData("21", "FTPS (exp)", "21/tcp In ftps-explicit")]
    [InlineData("22", "SFTP", "22/tcp In ssh")]
    [InlineData("20", "FTP", "from 20/tcp In ftp")]
    [InlineData("443", "HTTPS (TCP)", "443/tcp In tls")]
    [InlineData("443", "TCP/HTTPS", "443/tcp In tls")]
    [InlineData("80, 443", "HTTP/HTTPS", "80,443/tcp In")]
    [InlineData("389", "LDAP", "389/tcp In ldap")]
    [InlineData("53", "DNS", "53/tcp+udp In dns")]
    [InlineData("50", "IP protocol", "any/esp In")]
    [InlineData("50", "ESP", "any/esp In")]
    [InlineData("", "ESP", "any/esp In")]
    [InlineData("", "ICMP", "any/icmp In")]
    [InlineData("8", "ICMP", "8/icmp In")]
    [InlineData("-", "ICMP requests", "any/icmp In")]
    [InlineData("n/a", "GRE", "any/gre In")]
    [InlineData("any", "any", "any/any In")]
    [InlineData("any", "47", "any/gre In")]
    [InlineData("9899", "SCTP", "9899/sctp In")]
    public void Protocols(string port, string protocol, string expected) => Assert.Equal([expected], Documents.Short(Documents.Table($"| {port} | {protocol} | In | x |")));

    [Theory]
    [InlineData("300", "IP protocol", "port-not-understood")]
    [InlineData("500", "ESP", "port-not-understood")]
    [InlineData("", "TCP", "port-missing")]
    [InlineData("80", "QQQ", "protocol-not-understood")]
    [InlineData("80", "Eingehendes TCP", "protocol-not-understood")]
    public void Protocols_that_are_not_understood_are_one_error(string port, string protocol, string code)
    {
        MatrixMessage error = Assert.Single(Documents.Table($"| {port} | {protocol} | In | x |").Messages, m => m.Severity == MessageSeverity.Error);
        Assert.Equal((code, 3), (error.Code, error.Line));
    }

    [Theory]
    [InlineData("In", RowDirection.In)]
    [InlineData("Inbound", RowDirection.In)]
    [InlineData("eingehend", RowDirection.In)]
    [InlineData("Entrant", RowDirection.In)]
    [InlineData("Entrante", RowDirection.In)]
    [InlineData("in entrata", RowDirection.In)]
    [InlineData("受信", RowDirection.In)]
    [InlineData("入站", RowDirection.In)]
    [InlineData("输入", RowDirection.In)]
    [InlineData("Inkomend", RowDirection.In)]
    [InlineData("Outgoing", RowDirection.Out)]
    [InlineData("**Out**", RowDirection.Out)]
    [InlineData("ausgehend", RowDirection.Out)]
    [InlineData("Sortant", RowDirection.Out)]
    [InlineData("Saliente", RowDirection.Out)]
    [InlineData("Uscita", RowDirection.Out)]
    [InlineData("in uscita", RowDirection.Out)]
    [InlineData("送信", RowDirection.Out)]
    [InlineData("出站", RowDirection.Out)]
    [InlineData("→", RowDirection.Out)]
    [InlineData("In & Out", RowDirection.InOut)]
    [InlineData("In / Out", RowDirection.InOut)]
    [InlineData("In or out", RowDirection.InOut)]
    [InlineData("Bidirectional", RowDirection.InOut)]
    [InlineData("Incoming and outgoing", RowDirection.InOut)]
    [InlineData("Ein- und ausgehend", RowDirection.InOut)]
    [InlineData("Entrant et sortant", RowDirection.InOut)]
    [InlineData("Entrante y saliente", RowDirection.InOut)]
    [InlineData("双方向", RowDirection.InOut)]
    [InlineData("受信/送信", RowDirection.InOut)]
    [InlineData("输入/输出", RowDirection.InOut)]
    [InlineData("双向", RowDirection.InOut)]
    public void Directions(string cell, RowDirection expected) => Assert.Equal(expected, Documents.Good(Documents.Table($"| 80 | TCP | {cell} | x |")).Rows[0].Direction);

    [Theory]
    [InlineData("| Port | Protokoll | Richtung | Erforderlich für |")]
    [InlineData("| Portnummer | Transportprotokoll | Verbindungsrichtung | Beschreibung |")]
    [InlineData("| Ports | Protocole | Sens | Utilisation |")]
    [InlineData("| Puerto | Protocolo | Dirección | Descripción |")]
    [InlineData("| Porta | Protocollo | Direzione | Descrizione |")]
    [InlineData("| ポート | プロトコル | 方向 | 用途 |")]
    [InlineData("| ポート番号 | プロトコル | ディレクション | 説明 |")]
    [InlineData("| 端口 | 协议 | 方向 | 说明 |")]
    [InlineData("| **Port(s)** | Proto | Traffic direction | Used for |")]
    public void Headers_in_many_languages(string header)
    {
        MatrixRow row = Assert.Single(Documents.Good(Documents.Markdown(header + "\n|---|---|---|---|\n| 443 | TCP | Out | Updates |\n")).Rows);
        Assert.Equal(("443/tcp Out", "Updates"), (Documents.Short(row), row.Purpose));
    }

    [Fact]
    public void Network_and_application_protocol_columns()
    {
        MatrixImport import = Documents.Markdown("""
            | Port | Network Protocol | Application / Service Protocol | Direction | Required for |
            |---|---|---|---|---|
            | 21 | TCP | FTP | Out | Backup |
            | 443 | TCP | HTTPS | Out | Updates |
            | 10443 | TCP | Acme sync | Out | Peers |
            """);
        Assert.Equal(["21/tcp Out ftp", "443/tcp Out tls", "10443/tcp Out"], Documents.Short(import));
        Assert.Contains(import.Messages, m => m is { Code: "application-not-known", Line: 5 });
        Assert.Equal("Peers (Acme sync)", import.Matrix!.Rows[2].Purpose);
    }

    [Fact]
    public void In_and_out_tables_under_headings_speak_about_one_host()
    {
        MatrixImport import = Documents.Markdown("""
            ## Incoming Firewall Connections
            | Port | Protocol | Description |
            |---|---|---|
            | 22 | TCP | Administration |

            ## Outgoing Firewall Connections
            | Port | Protocol | Description |
            |---|---|---|
            | 53 | UDP | Names |
            """);
        Assert.Equal(["22/tcp In", "53/udp Out"], Documents.Short(import));
        Assert.Single(import.Matrix!.Subjects);
    }

    [Theory]
    [InlineData("Eingehende Verbindungen", RowDirection.In)]
    [InlineData("Connexions sortantes", RowDirection.Out)]
    [InlineData("受信ポート", RowDirection.In)]
    [InlineData("出站端口", RowDirection.Out)]
    public void Headings_of_direction_in_other_languages(string heading, RowDirection expected) =>
        Assert.Equal(expected, Documents.Good(Documents.Markdown($"# {heading}\n\n| Port | Protocol |\n|---|---|\n| 22 | TCP |\n")).Rows[0].Direction);

    [Fact]
    public void A_table_that_says_no_direction_is_one_error_however_many_rows_it_has()
    {
        MatrixMessage error = Assert.Single(Documents.Markdown("| Port | Protocol |\n|---|---|\n| 22 | TCP |\n| 23 | TCP |\n").Messages, m => m.Severity == MessageSeverity.Error);
        Assert.Equal(("direction-missing", 1), (error.Code, error.Line));
    }

    [Fact]
    public void Sources_and_destinations_give_the_direction_seen_from_the_subject()
    {
        MatrixImport import = Documents.Markdown("""
            ---
            subjects: {client-access: [10.0.0.4]}
            groups: {dc: [10.0.0.1, 10.0.0.2]}
            ---
            | Purpose | Ports | Source | Destination |
            |---|---|---|---|
            | Directory | 389/TCP | Client Access | DC |
            | Mail | 25/TCP (SMTP) | any | Client-Access |
            | Heartbeat | 5000/UDP | Client Access | Client Access |
            | Other | 80/TCP | Edge | DC |
            """);
        Assert.Equal(["389/tcp Out [10.0.0.1 10.0.0.2]", "25/tcp In", "5000/udp In/Out"], Documents.Short(import));
        MatrixMessage other = Assert.Single(import.Messages, m => m.Severity == MessageSeverity.Warning);
        Assert.Equal(("row-of-other-hosts", 10), (other.Code, other.Line));
    }

    [Fact]
    public void The_one_role_of_every_row_is_the_subject_without_front_matter()
    {
        MatrixImport import = Documents.Markdown("| Source | Destination | Port | Protocol |\n|---|---|---|---|\n| Gateway | DNS | 53 | UDP |\n| Any | Gateway | 25 | TCP |\n");
        Assert.Equal(["53/udp Out", "25/tcp In"], Documents.Short(import));
        Assert.Equal("gateway", import.Matrix!.Subjects.Single().Name);
        Assert.Contains(import.Messages, m => m is { Code: "peer-by-role", Line: 3, Severity: MessageSeverity.Warning });
    }

    [Fact]
    public void Sources_and_destinations_without_a_subject_are_one_error()
    {
        MatrixMessage error = Assert.Single(Documents.Markdown("| Source | Destination | Port | Protocol |\n|---|---|---|---|\n| A | B | 53 | UDP |\n| C | D | 25 | TCP |\n").Messages, m => m.Severity == MessageSeverity.Error);
        Assert.Equal(("direction-missing", 1), (error.Code, error.Line));
    }

    [Fact]
    public void Merged_cells_are_filled_down_and_said()
    {
        MatrixImport import = Documents.Table("| 53 | UDP | Out | Names |", "| | TCP | | |", "| | ICMP | In | Ping |");
        Assert.Equal(["53/udp Out", "53/tcp Out", "any/icmp In"], Documents.Short(import));
        Assert.Equal("Names", import.Matrix!.Rows[1].Purpose);
        Assert.Equal(["Port", "Direction", "Required for"], import.Messages.Where(m => m is { Code: "blank-filled-down", Line: 4 }).Select(m => m.Cell!).Order(StringComparer.Ordinal).OrderBy(c => c == "Port" ? 0 : 1));
    }

    [Fact]
    public void Footnotes_under_the_table_join_the_purpose()
    {
        MatrixImport import = Documents.Markdown("""
            | Port | Protocol | Direction | Required for |
            |---|---|---|---|
            | 25* | TCP | Out | Mail |
            | 8080 | TCP† | Out | Proxy |
            | 22 | TCP | In | Administration‡ |
            | 23 | TCP | In | Console |

            * only if you are using a smart host
            † to 192.0.2.9
              and 192.0.2.10
            ‡ from 10.0.0.0/24
            """);
        Assert.Equal(["25/tcp Out if smart-host", "8080/tcp Out [192.0.2.9 192.0.2.10]", "22/tcp In [10.0.0.0/24]", "23/tcp In"], Documents.Short(import));
        Assert.Equal("Mail (* only if you are using a smart host)", import.Matrix!.Rows[0].Purpose);
    }

    [Fact]
    public void Loose_tables_escaped_pipes_and_code_spans()
    {
        MatrixImport import = Documents.Markdown("Port | Protocol | Direction | Required for\n--- | :-: | --- | ---\n`443` | `TCP` | Out | a \\| b\n80 | TCP | In | run `x|y`\n\nnot | a | row | here\n");
        Assert.Equal(["443/tcp Out", "80/tcp In"], Documents.Short(import));
        Assert.Equal(["a | b", "run x|y"], import.Matrix!.Rows.Select(r => r.Purpose));
    }

    [Fact]
    public void A_table_in_a_code_block_is_no_table() => Assert.Contains(Documents.Markdown("```\n| Port | Protocol | Direction |\n|---|---|---|\n| 1 | TCP | In |\n```\n").Messages, m => m.Code == "no-rows");

    [Fact]
    public void More_columns_are_understood()
    {
        MatrixImport import = Documents.Markdown("""
            | # | Subject | Port | Protocol | Application | Direction | Host | Need | Notes | Severity | Colour | Required for |
            |---|---|---|---|---|---|---|---|---|---|---|---|
            | 7 | relay | 25 | TCP | SMTP | Out | mx.example.net, 192.0.2.0/24 | optional | at night | high | red | Mail |
            | A-1 | edge | 22 | TCP | | In | any | when: admin | | | | Console |
            | A-2 | edge | 443 | TCP | | Out | *.example.org; https://www.example.com:8443/x | required | | | | Web |
            """);
        Assert.Equal(["25/tcp Out smtp [mx.example.net 192.0.2.0/24] optional", "22/tcp In if admin", "443/tcp Out [*.example.org www.example.com]"], Documents.Short(import));
        Assert.Equal(["R7", "A-1", "A-2"], import.Matrix!.Rows.Select(r => r.Id));
        Assert.Equal(["relay", "edge"], import.Matrix.Subjects.Select(s => s.Name));
        Assert.Equal("Mail; at night", import.Matrix.Rows[0].Purpose);
        Assert.Contains(import.Messages, m => m is { Code: "severity-not-used", Line: 1 });
        Assert.Contains(import.Messages, m => m is { Code: "column-not-used", Cell: "Colour" });
    }

    [Fact]
    public void Rows_that_hold_no_rule_are_no_rows()
    {
        MatrixImport import = Documents.Table("| Port | Protocol | Direction | Required for |", "| **Mail** | | | |", "| 25 | TCP | In | Mail |", "| | | | |");
        Assert.Equal(["25/tcp In"], Documents.Short(import));
        Assert.Contains(import.Messages, m => m is { Code: "heading-in-table", Line: 4 });
        Assert.Contains(import.Messages, m => m is { Code: "header-again", Line: 3 });
    }

    [Fact]
    public void A_condition_without_a_name_is_none()
    {
        MatrixImport import = Documents.Markdown("| Port | Protocol | Direction | Needed |\n|---|---|---|---|\n| 80 | TCP | In | when: !!! |\n", lenient: true);
        MatrixRow row = Assert.Single(import.Matrix!.Rows);
        Assert.Null(row.Condition);
        Assert.False(row.Enforced);
        RoundTrip.AssertSame(import.Matrix, RoundTrip.Through(import.Matrix, MatrixForm.Markdown, "md").Matrix!);
    }

    [Fact]
    public void Words_of_a_port_cell_come_into_the_purpose_as_one_line()
    {
        MatrixImport import = Documents.Markdown("| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n| 20 (sourc   \tx) | TCP | In | |\n", lenient: true);
        Assert.DoesNotContain("  ", Assert.Single(import.Matrix!.Rows).Purpose, StringComparison.Ordinal);
        RoundTrip.AssertSame(import.Matrix, RoundTrip.Through(import.Matrix, MatrixForm.Markdown, "md").Matrix!);
    }

    [Fact]
    public void Lenient_reading_keeps_the_row_out_of_force_and_warns_with_its_cell()
    {
        MatrixImport import = Documents.Markdown("| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n| abc | TCP | In | x |\n| 80 | TCP | In | y |\n", lenient: true);
        Assert.Equal([false, true], import.Matrix!.Rows.Select(r => r.Enforced));
        MatrixMessage warning = Assert.Single(import.Messages);
        Assert.Equal((MessageSeverity.Warning, 3, "Port"), (warning.Severity, warning.Line, warning.Cell));
        Assert.Contains("not enforced", warning.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Updates from 198.51.100.44", "198.51.100.44")]
    [InlineData("Uses ASP.NET, e.g. node.js, see readme.txt", "")]
    [InlineData("Mail to admin@example.com", "")]
    [InlineData("Needs version 4.7.0.12 of the agent", "")]
    [InlineData("from 10.20.0.0/24, 2001:db8::5 and https://Repo.Example.net:8443/x/y.html.", "10.20.0.0/24 2001:db8::5 repo.example.net")]
    [InlineData("10.0.0.1-10.0.0.3", "10.0.0.1 10.0.0.2/31")]
    [InlineData("*.update.example.com", "*.update.example.com")]
    [InlineData("at 12:30:45 by 00:11:22:33:44:55", "")]
    [InlineData("10.0.0.300 and 010.1.1.1", "")]
    public void Hosts_in_prose(string purpose, string expected) => Assert.Equal(expected, string.Join(' ', Documents.Good(Documents.Table($"| 80 | TCP | Out | {purpose} |")).Rows[0].Peers));

    [Theory]
    [InlineData("report.xlsx")]
    [InlineData("page.html")]
    public void Forms_that_are_not_read_say_so(string path) => Assert.Equal("form-not-read", Assert.Single(MatrixReader.ReadText(path, "x", new MatrixReadOptions()).Messages).Code);

    /// <summary>Rows as <see cref="Documents.Short(MatrixRow)"/> says them, of a table of sources and destinations beside directions.</summary>
    private static string[] WithEnds(params string[] rows) =>
        Documents.Short(Documents.Markdown("| Port | Protocol | Direction | Source IP | Destination IP |\n|---|---|---|---|---|\n" + string.Join('\n', rows)));

    [Fact]
    public void Beside_directions_the_source_of_what_comes_in_and_the_destination_of_what_goes_out_are_the_peers()
    {
        Assert.Equal(["443/tcp In [10.9.0.0/16]"], WithEnds("| 443 | TCP | In | 10.9.0.0/16 | 10.0.0.5 |"));
        Assert.Equal(["53/udp Out [192.0.2.0/24]"], WithEnds("| 53 | UDP | Out | 10.0.0.5 | 192.0.2.0 - 192.0.2.255 |"));
        Assert.Equal(["25/tcp In"], WithEnds("| 25 | TCP | In | Any | 10.0.0.5 |"));
        Assert.Equal(["179/tcp In/Out [192.0.2.1]"], WithEnds("| 179 | TCP | In/Out | Any | 192.0.2.1 |"));
    }

    [Fact]
    public void Both_ways_with_hosts_at_both_ends_takes_all_of_them_and_says_so()
    {
        MatrixImport import = Documents.Markdown("| Port | Protocol | Direction | Source | Destination |\n|---|---|---|---|---|\n| 22 | TCP | Both | 10.0.0.5 | 192.0.2.1 |");
        Assert.Equal(["22/tcp In/Out [10.0.0.5 192.0.2.1]"], Documents.Short(import));
        Assert.Contains(import.Messages, m => m is { Code: "peers-from-both-ends", Severity: MessageSeverity.Warning });
    }

    [Theory]
    [InlineData("Deny")]
    [InlineData("Drop (log)")]
    [InlineData("blockieren")]
    public void A_row_that_denies_is_never_read_as_allowed(string action)
    {
        string table = $"| Port | Protocol | Direction | Action |\n|---|---|---|---|\n| 443 | TCP | In | Allow |\n| 23 | TCP | In | {action} |";
        MatrixMessage error = Assert.Single(Documents.Markdown(table).Messages, m => m.Severity == MessageSeverity.Error);
        Assert.Equal(("row-denies", 4, "Action"), (error.Code, error.Line, error.Cell));
        Assert.Equal(["443/tcp In", "23/tcp In not-enforced"], Documents.Short(Documents.Markdown(table, lenient: true)));
    }

    [Fact]
    public void An_action_that_nobody_knows_is_an_error() =>
        Assert.Equal("action-not-understood", Assert.Single(Documents.Markdown("| Port | Protocol | Direction | Action |\n|---|---|---|---|\n| 443 | TCP | In | Frobnicate |").Messages, m => m.Severity == MessageSeverity.Error).Code);

    [Theory]
    [InlineData("to 10.0.0.300", "10.0.0.300")]
    [InlineData("from 10.0.0.0/33 only", "10.0.0.0/33")]
    public void What_looks_like_an_address_in_prose_and_is_none_is_said(string prose, string word)
    {
        MatrixMessage warning = Assert.Single(Documents.Table($"| 80 | TCP | In | {prose} |").Messages, m => m.Code == "address-not-understood");
        Assert.Equal((MessageSeverity.Warning, 3, "Required for"), (warning.Severity, warning.Line, warning.Cell));
        Assert.Contains(word, warning.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("since version 4.7.0.300")]
    [InlineData("see http://192.0.2.7/status.html")]
    [InlineData("192.0.2.0/24")]
    public void Versions_and_pages_are_no_wrong_addresses(string prose) =>
        Assert.DoesNotContain(Documents.Table($"| 80 | TCP | In | {prose} |").Messages, m => m.Code == "address-not-understood");

    [Fact]
    public void A_wrong_address_in_a_column_of_hosts_is_an_error()
    {
        const string Table = "| Port | Protocol | Direction | Peer |\n|---|---|---|---|\n| 80 | TCP | In | 10.0.0.256 |";
        Assert.Equal("address-not-understood", Assert.Single(Documents.Markdown(Table).Messages, m => m.Severity == MessageSeverity.Error).Code);
        Assert.Equal(["80/tcp In not-enforced"], Documents.Short(Documents.Markdown(Table, lenient: true)));
    }

    [Fact]
    public void Hosts_out_of_notes_are_said_to_stand_there()
    {
        MatrixImport import = Documents.Markdown("| Service | Port | Protocol | Direction | Remarks |\n|---|---|---|---|---|\n| Web | 80 | TCP | In | from 198.51.100.0/24 |");
        Assert.Equal("Remarks", Assert.Single(import.Messages, m => m.Code == "peers-from-text").Cell);
    }

    [Fact]
    public void Footnotes_in_one_line_belong_each_to_its_mark()
    {
        MatrixImport import = Documents.Markdown("| Port | Protocol | Direction | Use |\n|---|---|---|---|\n| 389‡ | TCP | Out | LDAP |\n| 17500* | TCP | In | Data |\n\n\\* Consecutive ports. ‡ If you are using AD.\n");
        Assert.Equal(["389/tcp Out if ad", "17500/tcp In"], Documents.Short(import));
        Assert.Equal(["LDAP (‡ If you are using AD.)", "Data (* Consecutive ports.)"], Documents.Good(import).Rows.Select(r => r.Purpose));
    }

    [Fact]
    public void Both_directions_in_words() => Assert.Equal(["80/tcp In/Out"], Documents.Short(Documents.Table("| 80 | TCP | beide Richtungen | x |")));

    [Fact]
    public void Subjects_may_be_a_list_of_maps_too()
    {
        MatrixImport import = MatrixReader.ReadText("m.yaml", "subjects:\n  - name: gw\n    addresses: [10.0.0.5]\nrows:\n  - {ports: 443, transport: tcp, direction: in}\n", new MatrixReadOptions());
        MatrixSubject subject = Assert.Single(Documents.Good(import).Subjects);
        Assert.Equal(("gw", "10.0.0.5/32"), (subject.Name, string.Join(',', subject.Addresses)));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("iso-8859-1")]
    public void A_file_that_is_not_utf8_is_read_all_the_same(string encoding)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".md");
        var how = System.Text.Encoding.GetEncoding(encoding);
        byte[] text = [.. how.GetPreamble(), .. how.GetBytes("| Port | Protocol | Direction | Use |\n|---|---|---|---|\n| 80-90 | TCP | In | Büro |\n")];
        if (encoding == "iso-8859-1") text[Array.LastIndexOf(text, (byte)'8', Array.LastIndexOf(text, (byte)'9')) + 2] = 0x96; // the dash of Windows-1252
        try
        {
            File.WriteAllBytes(path, text);
            MatrixImport import = MatrixReader.Read([path], new MatrixReadOptions());
            MatrixRow row = Assert.Single(Documents.Good(import).Rows);
            Assert.Equal(("80-90/tcp In", "Büro"), (Documents.Short(row), row.Purpose));
            Assert.Equal(encoding == "iso-8859-1" ? [3] : [], import.Messages.Where(m => m.Code == "not-utf-8").Select(m => m.Line));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
